// Special libraries in Debian's Chromium: a clerk puts a filtered set into one and takes a picked row
// out, imports a list of licences with errors, mends it, looks at what runs out, exports and takes
// the file in again; another department sees none of it; every page at phone and desktop width with
// axe-core.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { confirm, county, inBrowser, person, shoot, sizes, upload, violations } from './desk_county.mjs';
import { scratch } from './verify/kit.mjs';

const go = (page, path) => page.goto(county.site + path);
const total = async (page) => Number(/共 (\d+)/.exec(await page.locator('.total').textContent())[1]);
const figures = async (page) => (await page.locator('.figures li').allTextContents()).map((text) => text.match(/\d+/g).map(Number));

// The registry as the demo wrote it.
function objects() {
  return readFileSync(join(county.folder, 'source', 'objects.csv'), 'utf8').replace(/^\ufeff/, '').trim().split('\n').slice(1)
    .map((line) => line.replace(/"[^"]*"/g, '').split(','))
    .map(([number, name, kind, , division, , , , , , , department]) => ({ number, name, kind, division, department }));
}

async function library(page, name) {
  await go(page, '/desk/libraries/new');
  await page.getByLabel('名称').fill(name);
  await page.getByRole('button', { name: '新建专项库' }).click();
  await page.getByText('已保存').waitFor();
}

async function open(page, name) {
  await go(page, '/desk/libraries');
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

async function batch(page, button, into, sure, reason) {
  await page.getByRole('button', { name: button }).click();
  await page.getByLabel('专项库', { exact: true }).selectOption({ label: into });
  await page.getByLabel('原因').fill(reason);
  await shoot(page, `library-${sure}`);
  await page.getByRole('button', { name: sure, exact: true }).click();
}

const into = (name) => (page) => page.getByLabel('专项库', { exact: true }).selectOption(name);

inBrowser('a filtered set goes into a library at once, and a picked row out of it', async () => {
  const page = await person('jingban');
  const count = objects().filter((r) => r.department === '市场监督管理局' && r.kind === '农民专业合作社' && r.division === '410882101').length;
  assert.ok(count > 3);
  await library(page, '合作社专项库');
  await go(page, '/desk/objects?kind=cooperative&division=410882101');
  await page.locator('select[name=which]').selectOption('all');
  await page.getByRole('button', { name: '列入专项库' }).click();
  await page.getByText(`符合条件的全部 ${count} 个检查对象`).waitFor();
  await page.getByLabel('专项库', { exact: true }).selectOption({ label: '合作社专项库' });
  await page.getByLabel('原因').fill('专项整治');
  await shoot(page, 'library-place');
  await page.getByRole('button', { name: '列入', exact: true }).click();
  await page.getByText(/已将 \d+ 个对象(列入|移出)专项库/).waitFor();
  assert.equal(await total(page), count, 'the filter is kept');
  await open(page, '合作社专项库');
  assert.equal(await total(page), count);
  await page.getByRole('link', { name: '在名录库中查看' }).click();
  assert.equal(await total(page), count);
  await page.getByRole('checkbox', { name: /^选择 / }).nth(1).check();
  await batch(page, '移出专项库', '合作社专项库', '移出', '核实不是');
  await page.getByText(/已将 \d+ 个对象(列入|移出)专项库/).waitFor();
  assert.equal(await total(page), count - 1);
  await page.locator('tbody td[data-label=检查对象名称] a').first().click();
  await page.locator('.course').getByText('专项整治').waitFor();
});

inBrowser('a list of licences with errors is mended and goes in once; what runs out is found', async () => {
  const page = await person('jingban');
  const mine = objects().filter((r) => r.department === '市场监督管理局' && r.number);
  const theirs = objects().find((r) => r.department === '消防救援大队' && r.number);
  const [a, b, c] = mine;
  const year = new Date().getFullYear();
  await library(page, '许可证专项库');
  const list = scratch('许可证.csv');
  const head = '信用代码,单位名称,证书编号,许可内容,到期日期,联系人,联系电话\n';
  const good = [`${a.number},${a.name},XK-1,食品经营,2020-01-31,张三,13812345678`, `${a.number},,XK-2,餐饮服务,长期,,`,
    `${b.number},${b.name},XK-3,食品经营,${year + 2}-05-06,,`];
  writeFileSync(list, head + [...good, `${c.number},,XK-4,食品经营,${year}-13-01,,`, `${theirs.number},,XK-5,,,,`, good[0]].join('\n') + '\n');
  await upload(page, 'libraries', list);
  await page.getByText('没有选择专项库').waitFor();
  await upload(page, 'libraries', list, into('许可证专项库'));
  assert.deepEqual(await figures(page), [[6], [3, 3, 0, 0], [3, 1], [0]]);
  const reasons = await page.getByRole('region', { name: '有错误的行' }).locator('tbody tr').allTextContents();
  assert.equal(reasons.filter((text) => text.includes('有效期至')).length, 1);
  assert.equal(reasons.filter((text) => text.includes('不在您的权限范围内')).length, 1);
  assert.equal(reasons.filter((text) => text.includes('与第2行重复')).length, 1);
  await shoot(page, 'library-check');
  assert.equal(await confirm(page), '共 6 行，新增 3，变更 0，无变化 0，未导入 3');
  writeFileSync(list, head + [...good, `${c.number},,XK-4,食品经营,${year + 1}-12-01,,`].join('\n') + '\n');
  await upload(page, 'libraries', list, into('许可证专项库'));
  assert.equal(await confirm(page), '共 4 行，新增 1，变更 0，无变化 3，未导入 0');
  await open(page, '许可证专项库');
  assert.equal(await total(page), 4);
  assert.equal((await page.content()).includes('13812345678'), false, 'the page holds the phone');
  await page.getByText('138****5678').waitFor();
  await shoot(page, 'library-rows');
  await page.locator('.filter select[name=valid]').selectOption('over');
  await page.getByRole('button', { name: '搜索' }).click();
  assert.equal(await total(page), 1);
  await page.getByRole('cell', { name: 'XK-1' }).waitFor();
  await page.locator('.filter select[name=valid]').selectOption('');
  await page.getByLabel('名称、号码或许可证号').fill('XK-1'); // the one that has a phone
  await page.getByRole('button', { name: '搜索' }).click();
  assert.equal(await total(page), 1);
  await page.locator('tbody td[data-label=检查对象名称] a').first().click();
  await page.locator('.course').first().waitFor();
  const labels = (await page.locator('.course .note').allTextContents()).map((text) => text.split('：')[0]);
  assert.ok(labels.includes('联系电话'), 'the phone stands in the course');
  assert.deepEqual(labels.filter((text) => /^[ -~]+$/.test(text)), [], 'labels that are no words');
});

inBrowser('an exported library comes back unchanged, phones stay', async () => {
  const page = await person('jingban');
  await open(page, '许可证专项库');
  await page.getByRole('link', { name: '导出', exact: true }).click();
  await page.getByLabel('文件格式').selectOption('csv');
  await shoot(page, 'library-export');
  await page.getByRole('button', { name: '开始导出' }).click();
  await page.getByText('共导出4行').waitFor({ timeout: 30000 });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /下载/ }).click()]);
  const file = scratch('export.csv');
  await download.saveAs(file);
  const lines = readFileSync(file, 'utf8').replace('\ufeff', '').trim().split(/\r?\n/);
  assert.equal(lines[0], '专项库,统一社会信用代码或编号,检查对象名称,许可证号,许可事项,有效期至,联系人,电话');
  assert.equal(lines.length, 5);
  assert.equal(lines.filter((line) => line.includes('138****5678')).length, 1);
  await upload(page, 'libraries', file);
  assert.deepEqual(await figures(page), [[4], [4, 0, 0, 4], [0, 0], [1]]);
  await page.getByRole('button', { name: '不导入，删除文件' }).click();
  await page.getByText('文件已删除').waitFor();
});

inBrowser('pages of a library follow each other without a gap, forward and back', async () => {
  const page = await person('jingban');
  const mine = objects().filter((r) => r.department === '市场监督管理局' && r.number).slice(0, 45);
  await library(page, '长名单');
  const list = scratch('long.csv');
  writeFileSync(list, `信用代码,证书编号\n${mine.map((r, i) => `${r.number},A ${i}/甲&乙`).join('\n')}\n`);
  await upload(page, 'libraries', list, into('长名单'));
  await confirm(page);
  await open(page, '长名单');
  await page.locator('summary', { hasText: '列和每页行数' }).click();
  await page.getByLabel('每页行数').selectOption('20');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  const licences = async () => (await page.locator('tbody td[data-label=许可证号]').allTextContents()).map((t) => t.trim());
  const pages = [await licences()];
  for (const n of [1, 2]) {
    await page.getByRole('link', { name: '下一页' }).click();
    pages.push(await licences());
    assert.equal(pages[n].length, n === 2 ? 5 : 20);
  }
  assert.equal(await page.getByRole('link', { name: '下一页' }).count(), 0);
  assert.equal(new Set(pages.flat()).size, 45);
  for (const n of [1, 0]) {
    await page.getByRole('link', { name: '上一页' }).click();
    assert.deepEqual(await licences(), pages[n]);
  }
  assert.equal(await page.getByRole('link', { name: '上一页' }).count(), 0);
});

inBrowser('another department sees neither a library nor its rows', async () => {
  const clerk = await person('jingban');
  await open(clerk, '许可证专项库');
  const path = new URL(clerk.url()).pathname;
  const other = await person('xiaofang');
  for (const address of [path, `${path}/edit`, `${path}/export`])
    assert.equal((await go(other, address)).status(), 404, address);
  await go(other, '/desk/import/libraries');
  assert.equal((await other.content()).includes('许可证专项库'), false);
  const reader = await person('chayue');
  assert.equal((await go(reader, '/desk/import/libraries')).status(), 403);
  assert.equal((await go(reader, path)).status(), 200);
  assert.equal(await reader.getByRole('link', { name: '从表格导入' }).count(), 0);
});

inBrowser('the office brings a province’s vocabulary in, a clerk uses it', async () => {
  const office = await person('shuangsuiban');
  const list = scratch('字库.csv');
  writeFileSync(list, '标签类别,标签名称\n新业态,密室逃脱\n行业,食品经营\n新业态,密室、逃脱\n');
  await go(office, '/desk/labels');
  await office.getByRole('main').getByRole('link', { name: '从表格导入' }).click();
  assert.deepEqual(await violations(office), []);
  await shoot(office, 'labels-import');
  await upload(office, 'labels', list);
  const [seen, good, bad] = await figures(office);
  assert.deepEqual([seen, good[0], good[1], bad], [[3], 2, 1, [1, 0]]);
  assert.deepEqual(await violations(office), []);
  await confirm(office);
  await go(office, '/desk/labels?q=' + encodeURIComponent('密室'));
  await office.getByRole('cell', { name: '密室逃脱' }).waitFor();
  const clerk = await person('jingban');
  assert.equal((await go(clerk, '/desk/import/labels')).status(), 403);
  await go(clerk, '/desk/objects');
  await clerk.getByRole('checkbox', { name: /^选择 / }).first().check();
  await clerk.getByRole('button', { name: '加标签' }).click();
  await clerk.getByLabel('标签', { exact: true }).selectOption('密室逃脱');
});

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of the libraries has a violation of level AA: ${size}`, async () => {
    const found = [];
    const page = await person('jingban', viewport);
    await open(page, '许可证专项库');
    const path = new URL(page.url()).pathname;
    const look = async (name) => {
      found.push(...(await violations(page)).map((words) => `${name}: ${words}`));
      await shoot(page, `libraries-${size}-${name}`);
    };
    for (const [name, address] of [['list', '/desk/libraries'], ['rows', path], ['none', `${path}?q=nobody`], ['export', `${path}/export`], ['import', `/desk/import/libraries?library=${path.split('/').at(-1)}`]]) {
      await go(page, address);
      await look(name);
    }
    const list = scratch('few.csv');
    writeFileSync(list, '信用代码,证书编号\nP-NONE,XK-1\n');
    await upload(page, 'libraries', list, into('许可证专项库'));
    await look('check');
    for (const button of ['列入专项库', '移出专项库']) {
      await go(page, '/desk/objects?kind=cooperative');
      await page.getByRole('checkbox', { name: /^选择 / }).first().check();
      await look(`picked-${button}`);
      await page.getByRole('button', { name: button }).click();
      await page.getByText('勾选的 1 个检查对象').waitFor();
      await look(button);
    }
    assert.deepEqual(found, []);
  });
