// Importing in the browser: a clerk takes a real list with errors through upload, check and
// confirmation, mends the workbook of what was left out and imports that; what strangers and odd
// requests get; the pages with axe-core at phone and desktop width. The list is
// messy/encodings/沁阳市_企业名录_GB18030.csv (696 rows, all good, none twice), spoilt here in four
// places. Where shared/ is absent the whole flow is not run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { confirm, county, get, inBrowser, person, shoot, sizes, upload, violations } from './desk_county.mjs';
import { scratch } from './verify/kit.mjs';

const real = join(process.env.SUNLOT_SHARED ?? '', 'data/messy/encodings/沁阳市_企业名录_GB18030.csv');
const elsewhere = join(process.env.SUNLOT_SHARED ?? '', 'data/messy/encodings/舞钢市_html伪装.xls');

const figures = async (page) => (await page.locator('.figures li').allTextContents()).map((text) => text.match(/\d+/g).map(Number));

// The last character of a code, changed to one that cannot be right.
const spoilt = (code) => code.slice(0, -1) + (code.endsWith('1') ? '2' : '1');

// The real list with three mistyped codes and one row twice; what was done to it.
function spoil(target) {
  const lines = new TextDecoder('gb18030').decode(readFileSync(real)).trimEnd().split(/\r?\n/);
  const codes = new Map();
  for (const at of [3, 200, 690]) {
    const code = lines[at].match(/9[0-9A-Z]{17}/)[0];
    codes.set(spoilt(code), code);
    lines[at] = lines[at].replace(code, spoilt(code));
  }
  lines.push(lines[10]);
  writeFileSync(target, `\ufeff${lines.join('\r\n')}\r\n`);
  return codes;
}

// Mends a workbook as a clerk would: other words in some cells. Python has zip files at hand.
function mend(from, to, codes) {
  const script = 'import sys, zipfile, json\nfrom_, to, codes = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])\nwith zipfile.ZipFile(from_) as a, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as b:\n    for name in a.namelist():\n        data = a.read(name).decode("utf-8")\n        for wrong, right in codes.items():\n            data = data.replace(wrong, right)\n        b.writestr(name, data)\n';
  const done = spawnSync('python3', ['-c', script, from, to, JSON.stringify(Object.fromEntries(codes))], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}

inBrowser('a clerk imports a real list with errors, mends what was left out, and all of it is in', async (t) => {
  if (!existsSync(real)) return t.diagnostic('not run: shared/data is not here');
  const page = await person('jingban');
  const list = scratch('名录.csv');
  const codes = spoil(list);
  await upload(page, 'objects', list);
  assert.deepEqual(await figures(page), [[697], [693, 693, 0, 0], [4, 1], [0]]);
  const reasons = await page.getByRole('region', { name: '有错误的行' }).locator('tbody tr').allTextContents();
  assert.equal(reasons.length, 4);
  assert.equal(reasons.filter((text) => text.includes('与第11行重复')).length, 1);
  assert.equal(reasons.filter((text) => text.includes('统一社会信用代码')).length, 4);
  await shoot(page, 'import-errors');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /下载有错误的 4 行/ }).click()]);
  assert.equal(download.suggestedFilename(), '演练-名录-未导入的行.xlsx');
  const book = scratch('errors.xlsx');
  await download.saveAs(book);
  assert.equal(await confirm(page), '共 697 行，新增 693，变更 0，无变化 0，未导入 4');
  await shoot(page, 'import-done');
  const mended = scratch('mended.xlsx');
  mend(book, mended, codes);
  await upload(page, 'objects', mended);
  assert.deepEqual(await figures(page), [[4], [4, 3, 0, 1], [0, 0], [0]]);
  assert.equal(await confirm(page), '共 4 行，新增 3，变更 0，无变化 1，未导入 0');
  await upload(page, 'objects', real);
  assert.deepEqual(await figures(page), [[696], [696, 0, 0, 696], [0, 0], [0]]);
  await page.getByRole('button', { name: '不导入，删除文件' }).click();
  await page.getByText('文件已删除').waitFor();
});

inBrowser('a list whose headings nobody knows is read as the clerk says, and the next one by itself', async () => {
  const page = await person('jingban');
  const list = scratch('odd.csv');
  writeFileSync(list, '主体代号,叫什么,备忘\n914403001922038216,华为技术有限公司,x\n');
  await upload(page, 'objects', list);
  await page.getByText('不能导入').waitFor();
  await shoot(page, 'import-refused');
  await page.getByLabel('“主体代号”读作').selectOption('number');
  await page.getByLabel('“叫什么”读作').selectOption('name');
  await page.getByRole('button', { name: '按所选的列重新核对' }).click();
  await page.locator('.figures').waitFor();
  assert.deepEqual((await figures(page))[1], [1, 1, 0, 0]);
  await upload(page, 'objects', list);
  assert.deepEqual((await figures(page))[1], [1, 1, 0, 0]);
});

// messy/encodings/舞钢市_html伪装.xls: a table of HTML in GB2312 with a title row, 368 businesses, all
// of 舞钢市 or of its city by their numbers. What is expected is counted from the file itself.
inBrowser('a real list of another county is warned of, read as the clerk says, mended and taken in', async (t) => {
  if (!existsSync(elsewhere)) return t.diagnostic('shared/ is not here: not run');
  const text = new TextDecoder('gb18030').decode(readFileSync(elsewhere));
  const rows = [...text.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map((row) => [...row[1].matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map((cell) => cell[1]));
  const codes = rows.flat().filter((cell) => /^(91|92|93|51|52)\w{16}$|^\d{15}$/.test(cell));
  assert.equal(codes.length, 368);
  const strange = codes.filter((code) => !(code.length === 18 ? code.slice(2) : code).startsWith('410882'));
  const most = codes.filter((code) => (code.length === 18 ? code.slice(2) : code).startsWith('410481'));
  assert.ok(strange.length > 340 && most.length > 340);
  const page = await person('jingban');
  await page.goto(`${county.site}/desk/objects`);
  await page.getByRole('link', { name: '导入', exact: true }).click();
  await page.getByRole('heading', { name: '导入检查对象' }).waitFor();
  // As it came, with its heading 统一社会信用代码 spoilt, and one code mistyped.
  const spoiltCode = spoilt(codes[7]);
  const odd = scratch('舞钢市名录.xls');
  writeFileSync(odd, text.replace('charset=gb2312', 'charset=utf-8').replace('统一社会信用代码', '证照代号').replace(codes[7], spoiltCode));
  await upload(page, 'objects', odd);
  assert.deepEqual((await figures(page)).slice(0, 3).map((row) => row[0]), [368, 0, 368], 'no row has a number');
  await page.getByLabel('“证照代号”读作').selectOption('number');
  await page.getByRole('button', { name: '按所选的列重新核对' }).click();
  await page.getByRole('button', { name: '确认导入 367 行' }).waitFor({ timeout: 60000 });
  const warning = page.getByRole('alert').filter({ hasText: '属于其他地方' });
  const told = (await warning.textContent()).match(/\d+/g).map(Number);
  assert.equal(told[0], 368);
  assert.equal(told[1], strange.length);
  assert.equal(told[2], most.length);
  assert.match(await warning.textContent(), /河南省平顶山市舞钢市.*河南省焦作市沁阳市/);
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    assert.deepEqual(await violations(page), [], size);
    await shoot(page, `import-${size}-elsewhere`);
  }
  await page.setViewportSize(sizes.desktop);
  const [seen, good, bad] = await figures(page);
  assert.deepEqual([seen[0], good[0], bad[0]], [368, 367, 1]);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /下载有错误/ }).click()]);
  const book = scratch('舞钢市错误.xlsx');
  await download.saveAs(book);
  assert.equal(await confirm(page), '共 368 行，新增 367，变更 0，无变化 0，未导入 1');
  const mended = scratch('舞钢市改正.xlsx');
  mend(book, mended, new Map([[spoiltCode, codes[7]]]));
  await upload(page, 'objects', mended);
  await page.getByLabel('“证照代号”读作').selectOption('number'); // the workbook has three columns more
  await page.getByRole('button', { name: '按所选的列重新核对' }).click();
  assert.equal(await confirm(page), '共 1 行，新增 1，变更 0，无变化 0，未导入 0');
});

inBrowser('inspectors and items go the same way, each within the reach of who brings them', async () => {
  for (const [name, resource, column] of [['jingban', 'inspectors', '单位'], ['shuangsuiban', 'items', '编制单位']]) {
    const page = await person(name);
    const path = join(county.folder, 'source', `${resource}.csv`);
    const [head, ...rows] = readFileSync(path, 'utf8').replace(/^\ufeff/, '').trim().split(/\r?\n/).map((line) => line.split(','));
    const ours = rows.filter((row) => row[head.indexOf(column)] === '市场监督管理局').length;
    assert.ok(ours > 0 && ours < rows.length, resource);
    const own = name === 'jingban' ? ours : rows.length; // the office reaches all
    await upload(page, resource, path);
    const [seen, good, bad] = await figures(page);
    assert.deepEqual([seen, good, bad], [[rows.length], [own, 0, 0, own], [rows.length - own, 0]], resource);
    if (own < rows.length) await page.getByText('不在您的权限范围').or(page.getByText('权限范围以外')).first().waitFor();
    await page.getByRole('button', { name: '不导入，删除文件' }).click();
    await page.getByText('文件已删除').waitFor();
  }
});

inBrowser('another department sees neither the file nor its job nor the rows that were left out', async () => {
  const clerk = await person('jingban');
  const other = await person('xiaofang');
  const list = scratch('秘密名单.csv');
  writeFileSync(list, '统一社会信用代码,名称\n914403001922038210,错码公司\n914403001922038216,华为\n');
  await upload(clerk, 'objects', list);
  const page = new URL(clerk.url()).pathname;
  const file = await clerk.getByRole('link', { name: /下载有错误/ }).getAttribute('href');
  assert.deepEqual(await get(clerk, file), [200, 'PK']);
  for (const path of [page, file, file.replace('/file', '')]) {
    const answer = await other.goto(county.site + path);
    assert.equal(answer.status(), 404, path);
    assert.ok(!(await other.content()).includes('错码公司'), path);
  }
  for (const path of ['/desk/import/objects', '/desk/jobs']) {
    await other.goto(county.site + path);
    assert.ok(!(await other.content()).includes('秘密名单'), path);
  }
  assert.equal((await other.goto(`${county.site}${page.replace('objects', 'superior')}`)).status(), 404);
});

// A form with a file, byte for byte. parts: [name, value] or [name, value, filename].
function send(path, cookie, parts, headers = {}) {
  const mark = 'sunlot-test-mark';
  const body = Buffer.concat([
    ...parts.flatMap(([name, value, filename]) => [
      Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${mark}--\r\n`),
  ]);
  return new Promise((resolve, reject) => {
    const all = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': `multipart/form-data; boundary=${mark}`, 'Content-Length': body.length, Cookie: `__Host-s=${cookie}`, ...headers };
    const request = http.request(county.site + path, { method: 'POST', headers: all }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode, location: answer.headers.location }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const cookie = async (page) => (await page.context().cookies()).find(({ name }) => name === '__Host-s').value;
const left = () => readdirSync(join(county.folder, 'jobs')).filter((name) => name.includes('.tmp-') || name.endsWith('.upload'));
// An answer is read before its connection is cleared up: waits, within reason, until no more than count files are left.
async function settled(count) {
  for (let tries = 0; tries < 100 && left().length > count; tries++) await new Promise((next) => setTimeout(next, 100));
}

inBrowser('whoever may not upload leaves no byte behind, and odd forms get one clean answer', async () => {
  const clerk = await person('jingban');
  await clerk.goto(`${county.site}/desk/import/objects`);
  const csrf = await clerk.locator('form[enctype] input[name=csrf]').getAttribute('value');
  const own = await cookie(clerk);
  const viewer = await person('chayue');
  const before = left();
  const path = '/desk/import/objects';
  const file = ['file', '统一社会信用代码,名称\n914403001922038216,华为\n', 'a.csv'];
  const form = [['csrf', csrf], ['department', 'SCJG'], ['division', '']];
  assert.equal((await send(path, 'nobody', [...form, file])).status, 401);
  assert.equal((await send(path, await cookie(viewer), [...form, file])).status, 403);
  assert.equal((await send(path, own, [['csrf', 'ff'.repeat(32)], file])).status, 403);
  assert.equal((await send(path, own, [...form, file], { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  assert.equal((await send(path, own, [...form, file, ['file', 'x', 'b.csv']])).status, 400);
  assert.equal((await send(path, own, [...form, ['csrf', csrf], file])).status, 400);
  assert.equal((await send(path, own, [...form, ['elsewhere', 'x', 'b.csv']])).status, 400);
  assert.equal((await send(path, own, [...form, file], { 'Content-Type': 'multipart/form-data' })).status, 400);
  assert.equal((await send(path, own, [...form, file], { 'Content-Type': 'text/plain' })).status, 400);
  assert.equal((await send(path, own, form)).status, 400, 'without a file');
  assert.equal((await send(path, own, [...form, ['file', '', 'leer.csv']])).status, 400, 'an empty one');
  assert.equal((await send(path, own, [['csrf', csrf], ['department', 'XFJY'], file])).status, 400, 'for a department that is not his');
  await settled(before.length);
  assert.deepEqual(left(), before);
  const twice = [...form, ['key', 'the-same-key'], file];
  const first = await send(path, own, twice);
  const second = await send(path, own, twice);
  assert.equal(first.status, 303);
  assert.equal(second.location, first.location, 'a double submit is one upload');
  await settled(before.length + 1);
  assert.equal(left().length, before.length + 1);
});

inBrowser('a large file streams to the disk, and one that is too large is refused', async () => {
  const clerk = await person('jingban');
  await clerk.goto(`${county.site}/desk/import/objects`);
  const csrf = await clerk.locator('form[enctype] input[name=csrf]').getAttribute('value');
  const own = await cookie(clerk);
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${county.process.pid}/status`, 'utf8'))[1]);
  const row = '不是代码的一行,什么也不是\n';
  const text = (mib) => `统一社会信用代码,名称\n${row.repeat(Math.ceil((mib << 20) / Buffer.byteLength(row)))}`;
  const before = peak();
  const big = await send('/desk/import/objects', own, [['csrf', csrf], ['department', 'SCJG'], ['file', text(40), 'big.csv']]);
  assert.equal(big.status, 303);
  const grown = (peak() - before) >> 10;
  // AddressSanitizer keeps freed memory aside: under it a size says nothing of the program.
  const sanitized = readFileSync(`/proc/${county.process.pid}/maps`, 'utf8').includes('libasan');
  assert.ok(sanitized || grown < 30, `${grown} MiB more for a file of 40`);
  const huge = await send('/desk/import/objects', own, [['csrf', csrf], ['department', 'SCJG'], ['file', text(66), 'huge.csv']]);
  assert.equal(huge.status, 413);
  await clerk.goto(county.site + big.location);
  await clerk.getByRole('button', { name: /删除文件/ }).first().waitFor({ timeout: 120000 });
});

inBrowser('each role finds the template of what it may import', async () => {
  const clerk = await person('jingban');
  for (const resource of ['objects', 'inspectors', 'superior']) {
    assert.deepEqual(await get(clerk, `/desk/import/${resource}/template.xlsx`), [200, 'PK']);
  }
  // R31: the page tells each of its columns, those that must be there first of all.
  await clerk.goto(`${county.site}/desk/import/objects`);
  await clerk.getByText('各列说明：填什么、怎么填').click();
  const told = clerk.getByRole('region', { name: '各列说明' });
  assert.equal(await told.locator('tbody tr').count(), 15);
  assert.match(await told.getByRole('row', { name: /登记状态/ }).innerText(), /存续、吊销、注销/);
  assert.match(await told.getByRole('row', { name: /检查对象名称/ }).first().innerText(), /是/);
  // What goes in from a list of items is in force at once: only who publishes may.
  assert.equal((await get(clerk, '/desk/import/items/template.xlsx'))[0], 403);
  assert.deepEqual(await get(await person('shuangsuiban'), '/desk/import/items/template.xlsx'), [200, 'PK']);
  const viewer = await person('chayue');
  assert.equal((await get(viewer, '/desk/import/objects/template.xlsx'))[0], 403);
});

inBrowser('no page of the import has a violation of level AA', async (t) => {
  const found = [];
  const list = scratch('mixed.csv');
  writeFileSync(list, '统一社会信用代码,名称,备注\n914403001922038216,华为,x\n914403001922038210,错,y\n');
  const odd = scratch('odd2.csv');
  writeFileSync(odd, '甲,乙\n1,2\n');
  for (const [size, viewport] of Object.entries(sizes)) {
    const page = await person('jingban', viewport);
    const look = async (name) => {
      found.push(...(await violations(page)).map((words) => `${size} ${name}: ${words}`));
      await shoot(page, `import-${size}-${name}`);
    };
    for (const path of ['/desk/import/objects', '/desk/import/inspectors', '/desk/import/superior', '/desk/jobs']) {
      await page.goto(county.site + path);
      await look(path.replace(/\W+/g, '_'));
    }
    await page.goto(`${county.site}/desk/import/objects`);
    await page.getByText('各列说明：填什么、怎么填').click();
    await look('columns');
    await page.evaluate(() => document.querySelector('#file').removeAttribute('required'));
    await page.getByRole('button', { name: '上传并核对' }).click();
    await page.getByText('请按红字修改').waitFor();
    await look('no-file');
    await upload(page, 'objects', odd);
    await look('refused');
    await upload(page, 'objects', list);
    await look('check');
    await confirm(page);
    await look('job');
  }
  assert.deepEqual(found, []);
  t.diagnostic('at two widths');
});
