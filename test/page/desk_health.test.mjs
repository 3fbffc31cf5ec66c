// The health of the registries, the guide, a job that outlives its server, and the marks of training,
// in Chromium over the demo county.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { county, get, inBrowser, person, shoot, sizes, violations } from './desk_county.mjs';
import { bin, scratch } from './verify/kit.mjs';

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
  const places = await page.getByRole('region', { name: '两库质量' }).locator('tbody tr td a').evaluateAll((all) => all.map((a) => [a.getAttribute('href'), Number(a.textContent)]));
  const lists = places.filter(([path, figure]) => path.includes('SCJG') || (path.startsWith('/desk/inspectors') && figure > 0)).filter(([path]) => !path.startsWith('/desk/health'));
  for (const [path, figure] of lists) {
    await page.goto(county.site + path);
    assert.equal(Number(/共 (\d+)/.exec(await page.locator('.total').textContent())[1]), figure, path);
  }
  assert.equal(lists.length, 6, 'four lists of one department, and the two departments whose certificates ended');
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
    assert.match(await page.title(), /^(【演练】|\[Training\])/, path);
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

// Servers of this test's own over the county's folder, which the other one has left.
const servers = [];
async function start() {
  const server = spawn(bin, ['--data', county.folder, 'serve', '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  for await (const line of createInterface({ input: server.stdout })) {
    const site = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (site) return { server, site };
  }
  return assert.fail('the server did not start');
}

// Last, since it ends the server that the others use. Most kills come in the middle of the import, some
// before it began or when it was done: it is done once all the same.
inBrowser('an import whose server is killed is done once after the next start', async (t) => {
  t.after(() => servers.forEach((server) => server.kill('SIGKILL')));
  const rows = 150000;
  const list = scratch('摊点.csv');
  writeFileSync(list, `名称,对象类别,地址\n${Array.from({ length: rows }, (_, i) => `演练摊点${i},无证无照户,第${i}号`).join('\n')}\n`);
  const page = await person('jingban');
  county.process.kill('SIGTERM');
  await once(county.process, 'exit');
  const first = await start();
  await page.goto(`${first.site}/desk/import/objects`);
  await page.getByLabel('文件', { exact: true }).setInputFiles(list);
  await page.getByRole('button', { name: '上传并核对' }).click();
  await page.getByRole('button', { name: `确认导入 ${rows} 行` }).click({ timeout: 120000 });
  await page.waitForURL(/\/desk\/jobs\/\d+/);
  const job = new URL(page.url()).pathname;
  await page.waitForTimeout(800);
  first.server.kill('SIGKILL');
  await once(first.server, 'exit');
  const second = await start();
  await page.goto(second.site + job);
  await page.getByText(`共 ${rows} 行，新增 ${rows}，变更 0，无变化 0，未导入 0`).waitFor({ timeout: 120000 });
  await page.goto(`${second.site}/desk/objects?q=${encodeURIComponent('演练摊点149999')}`);
  await page.getByText('共 1 个检查对象').waitFor({ timeout: 60000 });
  second.server.kill('SIGTERM');
  const [code] = await once(second.server, 'exit');
  assert.equal(code, 0, 'how the server ended');
});
