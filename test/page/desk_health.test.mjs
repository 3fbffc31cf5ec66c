// The health of the registries, the guide, jobs that outlive the server, and the marks of training, in
// Chromium over the demo county.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { county, get, inBrowser, person, shoot, sizes, violations } from './desk_county.mjs';
import { scratch } from './verify/kit.mjs';

// Rows of a CSV of the demo's source files; no cell of it holds a comma or a quote.
const source = (name) => readFileSync(join(county.folder, 'source', name), 'utf8').trim().split(/\r?\n/).map((line) => line.split(','));

inBrowser('each department has its row, zeros included, and a figure opens the list behind it', async () => {
  const page = await person('shuangsuiban');
  await page.goto(`${county.site}/desk/health`);
  const units = source('departments.csv').slice(1).map((row) => row[1]);
  const shown = await page.getByRole('region', { name: '两库质量' }).locator('tbody tr td:first-child').allTextContents();
  for (const unit of units) assert.ok(shown.includes(unit), unit);
  assert.equal(shown.at(-1), '合计');
  const row = page.getByRole('region', { name: '两库质量' }).locator('tbody tr', { hasText: '市场监督管理局' });
  const href = await row.locator('td').nth(8).locator('a').getAttribute('href');
  assert.equal(href, '/desk/objects?state=active&label=-&department=SCJG');
  await shoot(page, 'health');
  const places = await row.locator('td a').evaluateAll((all) => all.map((a) => [a.getAttribute('href'), Number(a.textContent)]));
  for (const [path, figure] of places) {
    if (!path.startsWith('/desk/objects')) continue;
    await page.goto(county.site + path);
    assert.equal(Number(/共 (\d+)/.exec(await page.locator('.total').textContent())[1]), figure, path);
  }
  assert.equal(places.filter(([path]) => path.startsWith('/desk/objects')).length, 3);
});

inBrowser('a clerk measures coverage by a list and sees what lacks; another department does not', async () => {
  const page = await person('jingban');
  await page.goto(`${county.site}/desk/health`);
  await page.getByText('还没有比对名单').waitFor();
  await page.getByRole('link', { name: '导入比对名单' }).click();
  const list = scratch('名单.csv');
  writeFileSync(list, '统一社会信用代码,名称\n914403001922038216,华为技术有限公司\n914403001922038210,错码\n');
  await page.getByLabel('文件', { exact: true }).setInputFiles(list);
  await shoot(page, 'reference');
  await page.getByRole('button', { name: '导入比对名单' }).click();
  await page.getByText('共 2 行，列入比对 1 行，未读取 1 行').waitFor({ timeout: 30000 });
  await page.goto(`${county.site}/desk/health`);
  const row = page.getByRole('region', { name: '两库质量' }).locator('tbody tr', { hasText: '市场监督管理局' });
  assert.equal((await row.locator('td').nth(2).textContent()).trim(), '0%', 'one of one is missing');
  await row.locator('td').nth(3).getByRole('link', { name: '1' }).click();
  await page.getByText('华为技术有限公司').waitFor();
  await shoot(page, 'missing');
  const other = await person('xiaofang');
  assert.equal((await get(other, '/desk/health/missing?department=SCJG'))[0], 404);
  await other.goto(`${county.site}/desk/health`);
  assert.ok(!(await other.locator('table').textContent()).includes('市场监督管理局'));
});

inBrowser('the guide begins with what the person himself does, and its glossary is searched', async () => {
  const page = await person('jingban');
  await page.goto(`${county.site}/desk/guide`);
  assert.equal(await page.locator('h2').first().textContent(), '部门经办人：先做什么');
  await shoot(page, 'guide');
  const links = await page.locator('ol.guide a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  assert.ok(links.includes('/desk/import/objects'));
  for (const href of links) assert.equal((await get(page, href))[0], 200, href);
  await page.getByLabel('名词').fill('校验位');
  await page.getByRole('button', { name: '搜索' }).click();
  assert.deepEqual(await page.locator('dt').allTextContents(), ['统一社会信用代码']);
  await page.getByLabel('名词').fill('没有这个词');
  await page.getByRole('button', { name: '搜索' }).click();
  await page.getByText('没有找到“没有这个词”').waitFor();
});

inBrowser('every page of a training installation says so, the portal too, and robots stay out', async () => {
  const page = await person('jingban');
  for (const path of ['/', '/draws', '/results', '/verify', '/how', '/open', '/nothing', '/?lang=en', '/desk', '/desk/jobs', '/desk/nothing']) {
    await page.goto(county.site + path);
    assert.equal(await page.locator('.training').count(), 1, path);
    assert.match(await page.title(), /^【(演练|Training)】/, path);
  }
  assert.equal(await page.evaluate(async () => (await fetch('/robots.txt')).text()), 'User-agent: *\nDisallow: /\n');
  const checkpoint = await page.evaluate(async () => (await fetch('/log/checkpoint')).text());
  assert.match(checkpoint, /^demo\.sunlot\.example\/training\n/);
});

inBrowser('no page of health and guide has a violation of level AA', async () => {
  const found = [];
  for (const [size, viewport] of Object.entries(sizes)) {
    const page = await person('jingban', viewport);
    for (const path of ['/desk/health', '/desk/health/missing?department=SCJG', '/desk/health/reference', '/desk/guide', '/desk/guide?q=随机', '/desk/jobs', '/']) {
      await page.goto(county.site + path);
      found.push(...(await violations(page)).map((words) => `${size} ${path}: ${words}`));
      await shoot(page, `${size}-${decodeURIComponent(path).replace(/\W+/g, '_')}`);
    }
  }
  assert.deepEqual(found, []);
});
