// The workbench in Debian's Chromium: a county set up from nothing by its three administrators, a
// lock-out, a session that ends under a half-filled form, and every page of it at phone and desktop
// width, in normal and in large type, with axe-core. Pages name no script, so this is also how they
// are without it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { bin, havePeer, run, scratch } from './verify/kit.mjs';
import { axe, browser } from './verify/site.mjs';

const AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1366, height: 768 } };
const shots = process.env.SUNLOT_SHOTS; // a folder for pictures to look at
const servers = [];
let chromium = null;
let county = null;

async function serve(folder) {
  const process = spawn(bin, ['--data', folder, 'serve', '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(process);
  for await (const line of createInterface({ input: process.stdout })) {
    const site = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (site) return { site, folder };
  }
  return assert.fail('the server did not start');
}

before(async () => {
  if (havePeer) chromium = await browser();
  if (!chromium) return;
  const folder = scratch('county');
  run(bin, ['demo', folder]);
  county = await serve(folder);
  const lines = readFileSync(join(folder, 'accounts.txt'), 'utf8').trim().split('\n');
  county.passwords = Object.fromEntries(lines.map((line) => line.trim().split(/\s+/)));
});

after(async () => {
  await chromium?.close();
  for (const server of servers) {
    server.kill('SIGTERM');
    const [code] = await once(server, 'exit');
    assert.equal(code, 0, 'how the server ended');
  }
});

function inBrowser(name, work) {
  test(name, async (t) => {
    if (!chromium) return t.diagnostic('not run: no Chromium, packages or program here');
    return work(t);
  });
}

async function person(site, viewport = sizes.desktop) {
  const context = await chromium.newContext({ viewport });
  const page = await context.newPage();
  page.troubles = [];
  const refused = /status of 4(00|01|03|04|09)/;
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !refused.test(m.text()) && page.troubles.push(`${page.url()} ${m.text()}`));
  page.on('pageerror', (error) => page.troubles.push(`${page.url()} ${error}`));
  page.site = site;
  return page;
}

async function signIn(page, name, password, fresh = null) {
  await page.goto(`${page.site}/desk`);
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码').fill(password);
  await page.getByRole('button', { name: '登录' }).click();
  if (!fresh) return;
  await page.getByLabel('现在的密码').fill(password);
  await page.getByLabel('新密码', { exact: true }).fill(fresh);
  await page.getByLabel('再填一次新密码').fill(fresh);
  await page.getByRole('main').getByRole('button', { name: '修改密码' }).click();
  await page.getByText('密码已修改').waitFor();
}

const heading = (page) => page.locator('h1').textContent();

async function leave(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

async function shoot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

inBrowser('three administrators set a county up from nothing', async () => {
  const folder = scratch('nothing');
  run(bin, ['--data', folder, 'init', '--division', '410882', '--name', '示例县', '--origin', 'desk.example/log']);
  const { site } = await serve(folder);
  const code = run(bin, ['--data', folder, 'accounts', 'code']).split('\n')[1].trim();
  const setup = await person(site);
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

  const system = await person(site);
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
  await system.locator('.side').getByRole('link', { name: '用户管理' }).click();
  await system.getByRole('link', { name: '新建用户' }).click();
  await system.getByLabel('用户名').fill('jingban');
  await system.getByLabel('姓名').fill('陈经办');
  await system.getByLabel('部门').selectOption({ label: '市场监督管理局' });
  await system.getByRole('button', { name: '新建用户' }).click();
  const secret = await system.locator('.secret').textContent();
  await shoot(system, 'desktop-secret');

  const security = await person(site);
  await signIn(security, 'lier', 'Mw4+blume.Tal', 'Neu2-garten-Tor');
  await security.getByRole('link', { name: '个用户等待授权' }).click();
  await security.getByRole('link', { name: '授权' }).click();
  await security.getByLabel('角色').selectOption({ label: '部门经办人' });
  await security.getByRole('button', { name: '授予' }).click();
  await security.getByText('已授予').waitFor();
  await shoot(security, 'desktop-granted');

  const clerk = await person(site);
  await signIn(clerk, 'jingban', secret, 'Neu3-garten-Tor');
  await clerk.getByText('陈经办，您好').waitFor();
  assert.equal(await clerk.locator('.side').getByRole('link', { name: '用户管理' }).count(), 0, 'a clerk manages no users');
  assert.equal((await clerk.goto(`${site}/desk/accounts`)).status(), 403);

  const audit = await person(site);
  await signIn(audit, 'zhaosan', 'Qz9_wolke-Rad', 'Neu4-garten-Tor');
  await audit.getByRole('link', { name: '次无权限的请求' }).click();
  await audit.getByText('desk-accounts').first().waitFor();
  for (const page of [system, security, clerk, audit]) await leave(page);
});

inBrowser('five wrong passwords lock the account, and the page says no more than before', async () => {
  const page = await person(county.site);
  for (let i = 0; i < 5; i++) await signIn(page, 'zhuanjia', `Falsch-${i}-wort`);
  const wrong = await page.getByRole('alert').textContent();
  await signIn(page, 'zhuanjia', county.passwords.zhuanjia);
  assert.equal(await heading(page), '登录');
  assert.equal(await page.getByRole('alert').textContent(), wrong);
  await shoot(page, 'desktop-locked');
  await leave(page);
});

inBrowser('a session that ends under a half-filled form loses nothing that was typed', async () => {
  const page = await person(county.site);
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

async function violations(page) {
  await page.evaluate(axe());
  const { violations: found } = await page.evaluate((only) => window.axe.run(document, { runOnly: only, resultTypes: ['violations'], preload: false }), AA);
  const words = found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((n) => `${n.html} ${n.failureSummary}`).join(' ; ')}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return wide > 0 ? [...words, `${wide} px too wide`] : words;
}

// The pages that a role's menu leads to, and those behind their links and forms.
const more = { xitong: ['/desk/accounts/new', '/desk/departments/new', '/desk/departments/SCJG', '/desk/departments/SCJG/edit', '/desk/nothing', '/desk/accounts?q=没有这个人', '/desk/accounts/1'], anquan: ['/desk/departments/new'], shenji: ['/desk/audit?action=sign-in'], jingban: [] };

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of the workbench has a violation of level AA: ${size}`, async (t) => {
    const found = [];
    let count = 0;
    for (const [name, extra] of Object.entries(more)) {
      const page = await person(county.site, viewport);
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
