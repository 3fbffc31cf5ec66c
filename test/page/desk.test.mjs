// The workbench in Debian's Chromium: a county set up from nothing by its three administrators, a
// lock-out, a session that ends under a half-filled form, and every page of it at phone and desktop
// width, in normal and in large type, with axe-core. Pages name no script, so this is also how they
// are without it.
import assert from 'node:assert/strict';
import { county, inBrowser, leave, serve, shoot, signIn, sizes, violations, visitor } from './desk_county.mjs';
import { bin, run, scratch } from './verify/kit.mjs';

const heading = (page) => page.locator('h1').textContent();

inBrowser('three administrators set a county up from nothing', async () => {
  const folder = scratch('nothing');
  run(bin, ['--data', folder, 'init', '--division', '410882', '--name', '示例县', '--origin', 'desk.example/log']);
  const { site } = await serve(folder);
  const code = run(bin, ['--data', folder, 'accounts', 'code']).split('\n')[1].trim();
  const setup = await visitor(site);
  await setup.goto(`${site}/desk`);
  await setup.getByRole('link', { name: '首次设置' }).click();
  await shoot(setup, 'desktop-setup');
  const people = [['wangyi', '王一', 'Kx7-strom-Haus'], ['lier', '李二', 'Mw4+blume.Tal'], ['zhaosan', '赵三', 'short']];
  await setup.getByLabel('一次性代码').fill(code.toLowerCase());
  for (const [i, role] of ['系统管理员', '安全管理员', '审计管理员'].entries()) {
    await setup.getByLabel(`${role}：用户名`).fill(people[i][0]);
    await setup.getByLabel(`${role}：姓名`).fill(people[i][1]);
    await setup.getByLabel(`${role}：初始密码`).fill(people[i][2]);
  }
  await setup.getByRole('button', { name: '建立三员账号' }).click();
  await setup.getByText('密码太短').waitFor();
  assert.equal(await setup.getByLabel('审计管理员：姓名').inputValue(), '赵三', 'what was typed is kept');
  await shoot(setup, 'desktop-setup-refused');
  people[2][2] = 'Qz9_wolke-Rad';
  for (const [i, role] of ['系统管理员', '安全管理员', '审计管理员'].entries())
    await setup.getByLabel(`${role}：初始密码`).fill(people[i][2]);
  await setup.getByRole('button', { name: '建立三员账号' }).click();
  await setup.getByText('三员账号已建立').waitFor();
  await leave(setup);

  const system = await visitor(site);
  await signIn(system, 'wangyi', 'Kx7-strom-Haus', 'Neu1-garten-Tor');
  await system.getByText('请先建立部门').waitFor();
  await shoot(system, 'desktop-home-empty');
  await system.locator('.side').getByRole('link', { name: '部门管理' }).click();
  await system.getByText('还没有部门').waitFor();
  await system.getByRole('link', { name: '新建部门' }).click();
  await system.getByLabel('部门代码').fill('scjg');
  await system.getByLabel('部门名称').fill('市场监督管理局');
  await system.getByLabel('联络员').fill('孙联络');
  await system.getByRole('button', { name: '新建部门' }).click();
  await system.getByText('已新建').waitFor();
  await system.getByRole('link', { name: '新建部门' }).click();
  await system.getByLabel('部门代码').fill('spjg');
  await system.getByLabel('部门名称').fill('食品药品监管所');
  await system.getByLabel('上级部门').selectOption({ label: '市场监督管理局' });
  await system.getByRole('button', { name: '新建部门' }).click();
  await system.getByText('已新建').waitFor();
  await system.locator('.side').getByRole('link', { name: '用户管理' }).click();
  await system.getByRole('link', { name: '新建用户' }).click();
  await system.getByLabel('用户名').fill('jingban');
  await system.getByLabel('姓名').fill('陈经办');
  const units = await system.getByLabel('部门').locator('option').evaluateAll((all) => all.map((o) => o.text));
  assert.deepEqual(units, ['（无）', '市场监督管理局', '\u3000食品药品监管所'], 'the lower stands behind the upper, a space deeper');
  await system.getByLabel('部门').selectOption({ label: units[2] });
  await system.getByLabel('部门').selectOption({ label: '市场监督管理局' });
  await system.getByRole('button', { name: '新建用户' }).click();
  const secret = await system.locator('.secret').textContent();
  await shoot(system, 'desktop-secret');

  const security = await visitor(site);
  await signIn(security, 'lier', 'Mw4+blume.Tal', 'Neu2-garten-Tor');
  await security.getByRole('link', { name: '个用户等待授权' }).click();
  await security.getByRole('link', { name: '授权' }).click();
  await security.getByLabel('角色').selectOption({ label: '部门经办人' });
  await security.getByRole('button', { name: '授予' }).click();
  await security.getByText('已授予').waitFor();
  await shoot(security, 'desktop-granted');

  const clerk = await visitor(site);
  await signIn(clerk, 'jingban', secret, 'Neu3-garten-Tor');
  await clerk.getByText('陈经办，您好').waitFor();
  assert.equal(await clerk.locator('.side').getByRole('link', { name: '用户管理' }).count(), 0, 'a clerk manages no users');
  assert.equal((await clerk.goto(`${site}/desk/accounts`)).status(), 403);

  const audit = await visitor(site);
  await signIn(audit, 'zhaosan', 'Qz9_wolke-Rad', 'Neu4-garten-Tor');
  await audit.getByRole('link', { name: '次无权限的请求' }).click();
  await audit.getByText('desk-accounts').first().waitFor();
  for (const page of [system, security, clerk, audit]) await leave(page);
});

inBrowser('five wrong passwords lock the account, and the page says no more than before', async () => {
  const page = await visitor();
  for (let i = 0; i < 5; i++) await signIn(page, 'zhuanjia', `Falsch-${i}-wort`);
  const wrong = await page.getByRole('alert').textContent();
  await signIn(page, 'zhuanjia', county.passwords.zhuanjia);
  assert.equal(await heading(page), '登录');
  assert.equal(await page.getByRole('alert').textContent(), wrong);
  await shoot(page, 'desktop-locked');
  await leave(page);
});

inBrowser('a session that ends under a half-filled form loses nothing that was typed', async () => {
  const page = await visitor();
  await signIn(page, 'xitong', county.passwords.xitong, 'Neu5-garten-Tor');
  await page.goto(`${county.site}/desk/accounts/new`);
  await page.getByLabel('用户名').fill('banlu');
  await page.getByLabel('姓名').fill('半路"<b>');
  const cookies = await page.context().cookies();
  assert.deepEqual(cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]), [['__Host-s', true, true, 'Strict']]);
  await page.context().clearCookies();
  await page.getByRole('button', { name: '新建用户' }).click();
  await page.getByText('刚才填写的内容会保留').waitFor();
  await shoot(page, 'desktop-expired');
  await page.getByLabel('用户名').fill('xitong');
  await page.getByLabel('密码').fill('falsch-falsch-1');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('用户名或密码不正确').waitFor();
  await page.getByLabel('用户名').fill('xitong');
  await page.getByLabel('密码').fill('Neu5-garten-Tor');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('请核对后再次提交').waitFor();
  assert.equal(await page.getByLabel('用户名').inputValue(), 'banlu');
  assert.equal(await page.getByLabel('姓名').inputValue(), '半路"<b>');
  await shoot(page, 'desktop-returned');
  await page.getByRole('button', { name: '新建用户' }).click();
  await page.locator('.secret').waitFor();
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.getByText('已退出登录').waitFor();
  assert.deepEqual(await page.context().cookies(), [], 'cookies after signing out');
  await leave(page);
});

// The pages that a role's menu leads to, and those behind their links and forms.
const more = { xitong: ['/desk/accounts/new', '/desk/departments/new', '/desk/departments/SCJG', '/desk/departments/SCJG/edit', '/desk/nothing', '/desk/accounts?q=没有这个人', '/desk/accounts/1'], anquan: ['/desk/departments/new'], shenji: ['/desk/audit?action=sign-in'], jingban: [] };

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of the workbench has a violation of level AA: ${size}`, async (t) => {
    const found = [];
    let count = 0;
    for (const [name, extra] of Object.entries(more)) {
      const page = await visitor(county.site, viewport);
      const admin = name !== 'jingban';
      const first = size === 'phone' && (name !== 'xitong');
      const password = !admin || first ? county.passwords[name] : 'Neu5-garten-Tor';
      await signIn(page, name, password, admin && first ? 'Neu5-garten-Tor' : null);
      assert.equal(await page.getByRole('button', { name: '退出登录' }).count(), 1, `${name} is signed in`);
      const nav = await page.locator('.side a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
      const rows = nav.includes('/desk/accounts') ? await fetchLinks(page, '/desk/accounts', /^\/desk\/accounts\/\d+$/) : [];
      for (const path of [...nav, ...extra, ...rows.slice(0, 2), ...rows.slice(0, 1).map((r) => `${r}/edit`)]) {
        await page.goto(county.site + path);
        count++;
        found.push(...(await violations(page)).map((words) => `${name} ${path}: ${words}`));
        await shoot(page, `${size}-${name}-${decodeURIComponent(path).replace(/\W+/g, '_')}`);
      }
      if (size === 'phone') {
        await page.goto(`${county.site}/desk`);
        await page.getByText('菜单', { exact: true }).click();
        await shoot(page, `phone-${name}-menu`);
        await page.getByRole('button', { name: '大字' }).click();
        assert.equal(await page.locator('html.large').count(), 1, 'large type');
        found.push(...(await violations(page)).map((words) => `${name} large: ${words}`));
        await shoot(page, `phone-${name}-large`);
        await page.getByRole('button', { name: '标准字' }).click();
      }
      await leave(page);
    }
    assert.deepEqual(found, []);
    t.diagnostic(`${count} pages`);
  });

async function fetchLinks(page, path, pattern) {
  await page.goto(county.site + path);
  const all = await page.locator('main a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
  return [...new Set(all.filter((href) => pattern.test(href)))];
}
