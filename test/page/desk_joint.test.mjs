// Joint items, the vocabulary, and lists without an end, in Debian's Chromium: a joint list comes in
// with the words of its departments, an alias finds one of them, the portal shows the list apart; a
// word that nobody knows is told at its field and added by the office; audit and divisions are paged
// to their last row; every page at phone and desktop width with axe-core.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { as, county, inBrowser, leave, menu, prepare, shoot, signIn, sizes, violations, visitor } from './desk_county.mjs';
import { bin, run } from './verify/kit.mjs';

const joint = `发起部门,抽查领域,抽查事项,检查对象,配合部门,适用标签
市场监管部门,食品,食品经营单位联合检查,食品经营单位,"消防救援机构、税务部门",食品经营
旅游文化部门,文化市场,娱乐场所联合检查,娱乐场所,"市场监管部门、公安部门",娱乐
`;
const source = process.env.SUNLOT_SOURCE;
const shared = process.env.SUNLOT_SHARED ?? join(source, '..', 'shared');

const fresh = { xitong: 'Neu5-garten-Tor', shenji: 'Neu6-garten-Tor' };

prepare(async () => {
  const list = `${county.folder}/joint.csv`;
  writeFileSync(list, joint);
  run(bin, ['--data', county.folder, 'import', 'items', list]);
  const real = join(shared, 'data/items/fenyang_joint_items_excerpt.csv');
  if (existsSync(real)) run(bin, ['--data', county.folder, 'import', 'items', real, '--superior', '联合抽查事项清单（节选）']);
  for (const [name, password] of Object.entries(fresh)) {
    const page = await visitor();
    await signIn(page, name, county.passwords[name], password);
    county.passwords[name] = password;
    await leave(page);
  }
});

inBrowser('a joint item names its lead and partners, and an alias finds another department', async () => {
  const office = await as('shuangsuiban');
  await menu(office, '部门联合抽查事项');
  const row = office.getByRole('row', { name: /食品经营单位联合检查/ });
  assert.match(await row.innerText(), /市场监督管理局\s+消防救援大队\s+税务部门/);
  assert.equal(await row.getByRole('link', { name: '税务部门' }).count(), 0, 'nobody is called so');
  await shoot(office, 'desktop-joint');
  await office.getByLabel('牵头或配合部门').selectOption({ label: '消防救援大队' });
  await office.getByRole('button', { name: '搜索' }).click();
  await office.getByText('共 3 个联合事项').waitFor(); // two of the demo county's own
  await office.getByRole('link', { name: '食品经营单位联合检查' }).click();
  await office.getByText('清单写作“消防救援机构”').waitFor();
  await office.getByText('不在部门名录中').waitFor();
  await shoot(office, 'desktop-joint-item');
  await office.getByRole('link', { name: '消防救援大队' }).click();
  await office.getByRole('heading', { name: '消防救援大队' }).waitFor();
  await office.goto(`${county.site}/desk/items?joint=1`);
  assert.equal(await office.locator('details.category li').count(), 4);
  await leave(office);

  const admin = await as('xitong');
  await admin.goto(`${county.site}/desk/departments/WGL/edit`);
  await admin.getByLabel('简称、别称').fill('文旅部门、旅游文化部门');
  await admin.getByRole('button', { name: '保存' }).click();
  await admin.getByText('已保存').waitFor();
  await leave(admin);
  const clerk = await as('jingban');
  await clerk.goto(`${county.site}/desk/joint?q=${encodeURIComponent('娱乐')}`);
  await clerk.getByRole('link', { name: '文化广电和旅游局' }).waitFor();
  await leave(clerk);
});

inBrowser('the portal shows the joint list apart, by department', async () => {
  const page = await visitor();
  await page.goto(`${county.site}/items?lang=zh`);
  await page.getByRole('link', { name: '部门联合抽查事项清单' }).first().click();
  await page.getByRole('cell', { name: /食品经营单位联合检查/ }).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 4);
  await shoot(page, 'desktop-portal-joint');
  await page.getByRole('link', { name: '消防救援大队' }).first().click();
  await page.waitForURL(/department=XFJY/);
  assert.equal(await page.locator('tbody tr').count(), 3);
  await page.getByRole('link', { name: '食品经营单位联合检查' }).click();
  await page.getByText('配合部门').waitFor();
  await page.getByText('税务部门').waitFor();
  await shoot(page, 'desktop-portal-joint-item');
  await leave(page);
});

inBrowser('a label that the vocabulary does not know is told at its field, shown where it stands, and added', async () => {
  const clerk = await as('jingban');
  await clerk.goto(`${county.site}/desk/drafts/new?kind=new`);
  await clerk.getByLabel('抽查事项', { exact: true }).fill('标签检查');
  await clerk.getByLabel('适用标签').fill('食品经营、食品加工');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByText('“食品加工”不在标签字库中').waitFor();
  assert.equal(await clerk.getByLabel('适用标签').getAttribute('aria-invalid'), 'true');
  const choices = await clerk.locator('#labels-words option').evaluateAll((all) => all.map((o) => o.value));
  assert.ok(choices.includes('食品经营、食品加工、校外培训'), choices.join(' '));
  await shoot(clerk, 'desktop-draft-label');
  await clerk.getByLabel('适用标签').fill('');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByText('公布后适用于全部存续的检查对象').waitFor();
  const told = Number((await clerk.locator('p.hint a').innerText()).replace(/\D/g, ''));
  await shoot(clerk, 'desktop-draft-everything');
  await clerk.locator('p.hint a').click();
  assert.match(await clerk.locator('.total').first().innerText(), new RegExp(`共 ${told} `));
  await leave(clerk);

  const office = await as('shuangsuiban');
  await office.goto(`${county.site}/desk/joint?q=${encodeURIComponent('娱乐')}`);
  await office.getByRole('link', { name: '娱乐场所联合检查' }).click();
  await office.getByText('娱乐：不在字库').waitFor();
  await office.getByRole('link', { name: '加入字库' }).click();
  assert.equal(await office.getByLabel('标签', { exact: true }).inputValue(), '娱乐');
  await office.getByRole('button', { name: '新建标签' }).click();
  await office.goto(`${county.site}/desk/joint?q=${encodeURIComponent('娱乐')}`);
  await office.getByRole('link', { name: '娱乐场所联合检查' }).click();
  await office.getByText('个检查对象').waitFor();
  assert.equal(await office.getByText('不在字库').count(), 0);
  await leave(office);
});

// All rows of a list from its first page to its last, by the text of a column.
async function walk(page, column) {
  const seen = [];
  for (let pages = 0; pages < 60; pages++) {
    seen.push(...(await page.locator(`td[data-label="${column}"]`).allInnerTexts()).map((t) => t.trim()));
    const next = page.getByRole('link', { name: '下一页' });
    if ((await next.count()) === 0) return seen;
    await Promise.all([page.waitForNavigation(), next.click()]);
  }
  return seen;
}

async function pageSize(page, size) {
  await page.locator('details.chooser summary').click();
  await page.getByLabel('每页行数').selectOption(String(size));
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: '保存', exact: true }).click()]);
}

inBrowser('a search of divisions is cut at no number', async () => {
  const page = await as('chayue');
  const facts = (name) => readFileSync(join(source, 'data', name), 'utf8').split('\n').slice(1).filter(Boolean).map((line) => line.split(','));
  const wanted = [...facts('divisions.csv'), ...facts('division_changes.csv')]
    .filter(([code, name]) => code.startsWith('41') || name.includes('41')).map(([code]) => code);
  assert.ok(wanted.length > 500, 'more than were shown once');
  await page.goto(`${county.site}/desk/divisions?q=41`);
  await pageSize(page, 200);
  const seen = await walk(page, '代码');
  assert.equal(seen.length, wanted.length);
  assert.deepEqual([...new Set(seen)].sort(), [...new Set(wanted)].sort());
  await shoot(page, 'desktop-divisions');
  await leave(page);
});

inBrowser('the audit is walked to its first row and back', async () => {
  const page = await as('shenji');
  await page.goto(`${county.site}/desk/audit`);
  await pageSize(page, 20);
  await page.goto(`${county.site}/desk/audit?until=2099-01-01`);
  const total = Number((await page.locator('.total').first().innerText()).replace(/\D/g, ''));
  const seen = await walk(page, '时间');
  assert.equal(seen.length, total);
  assert.deepEqual(seen, [...seen].sort().reverse(), 'newest first');
  await Promise.all([page.waitForNavigation(), page.getByRole('link', { name: '上一页' }).click()]);
  assert.equal(await page.locator('tbody tr').count(), 20);
  const before = (await page.locator('td[data-label="时间"]').allInnerTexts()).map((t) => t.trim());
  const last = total % 20 === 0 ? 20 : total % 20;
  assert.deepEqual(before, seen.slice(total - last - 20, total - last));
  await shoot(page, 'desktop-audit');
  await leave(page);
});

inBrowser('a change of a setting says what it affects before it is confirmed', async () => {
  const page = await as('xitong');
  await page.goto(`${county.site}/desk/settings/health.library-ratio/edit`);
  await page.getByLabel('专项库按这个比例抽取').fill('1/2');
  await page.getByLabel('依据').fill('本地规定');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByText('专项库过小').waitFor();
  await shoot(page, 'desktop-setting-effect');
  await leave(page);
});

const paths = {
  shuangsuiban: ['/desk/joint', '/desk/joint?department=SCJG', '/desk/items?joint=1', '/desk/superior', '/desk/inspectors', '/desk/inspectors/new', '/desk/divisions', '/desk/divisions?kind=gone', '/desk/divisions?q=41', '/desk/divisions?of=0', '/desk/dictionaries/methods'],
  jingban: ['/desk/joint', '/desk/drafts/new?kind=new'],
  shenji: ['/desk/audit', '/desk/audit?outcome=refused'],
  xitong: ['/desk/departments/WGL', '/desk/departments/WGL/edit'],
};

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of joint items, words and long lists has a violation of level AA: ${size}`, async (t) => {
    const found = [];
    let count = 0;
    const look = async (page, name, path) => {
      await page.goto(county.site + path);
      count++;
      found.push(...(await violations(page)).map((words) => `${name} ${path}: ${words}`));
      await shoot(page, `${size}-${name}-${decodeURIComponent(path).replace(/[^\w]+/g, '_')}`);
    };
    for (const [name, list] of Object.entries(paths)) {
      const page = await as(name, viewport);
      const seen = new Set(list);
      for (const path of seen) {
        await look(page, name, path);
        const links = await page.locator('main td a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
        const first = links.find((href) => /^\/desk\/(items|superior|inspectors)\/[^/?]+(\?|$)/.test(href));
        if (first && seen.size < list.length + 4) seen.add(first.split('?')[0]);
      }
      await leave(page);
    }
    const page = await visitor(county.site, viewport);
    for (const path of ['/joint?lang=zh', '/joint?lang=en', '/items?lang=zh']) await look(page, 'visitor', path);
    await page.goto(`${county.site}/joint?lang=zh`);
    await look(page, 'visitor', new URL(await page.locator('tbody a').first().getAttribute('href'), county.site).pathname);
    await leave(page);
    assert.deepEqual(found, []);
    t.diagnostic(`${count} pages`);
  });
