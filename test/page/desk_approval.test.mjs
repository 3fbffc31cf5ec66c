// Exports of people with full numbers that a second person approves (SECURITY.md PI3), in Debian's
// Chromium: the clerk asks, somebody of another department sees nothing, the office decides, the clerk
// has his file once; every page at phone and desktop width with axe-core, the decision by keyboard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bin, run } from './verify/kit.mjs';
import { as, county, inBrowser, leave, looker, menu, person, prepare } from './desk_county.mjs';

const look = looker('approval');
const text = (page) => page.locator('main').innerText();
const REASON = '全县执法证统一换发';

prepare(async () => {
  run(bin, ['--data', county.folder, 'setting', 'person.export-rows', '5', '--basis', '试验']);
});

// The clerk's request; its address.
async function ask(page) {
  await page.goto(`${county.site}/desk/inspectors/export?category=officer`);
  await page.getByLabel('格式').selectOption('csv');
  await page.getByLabel('理由').fill(REASON);
  await page.getByRole('button', { name: '提交审批' }).click();
  await page.getByText('已提交审批').waitFor();
  return new URL(page.url()).pathname;
}

inBrowser('PI3: a clerk who wants more numbers than the limit is told to ask, and asks', async () => {
  const page = await as('jingban');
  await menu(page, '导出审批');
  await page.getByText('还没有导出申请').waitFor();
  await look(page, 'empty');
  await page.goto(`${county.site}/desk/inspectors/export?category=officer`);
  await page.getByText('24小时内累计超过 5 人的须由另一人审批').waitFor();
  await page.getByLabel('完整电话和证号').check();
  await page.getByLabel('理由').fill(REASON);
  await page.getByRole('button', { name: '导出', exact: true }).click();
  await page.getByText('完整号码一次最多导出 5 人').waitFor();
  assert.equal(await page.getByLabel('理由').inputValue(), REASON, 'what was typed is kept');
  await look(page, 'too-many');
  await page.getByLabel('理由').fill('');
  await page.getByRole('button', { name: '提交审批' }).click();
  await page.getByText('请写明为什么要导出完整号码').waitFor();
  const own = await ask(page);
  assert.match(await text(page), /待审批[\s\S]*演示·经办人（jingban）[\s\S]*全县执法证统一换发[\s\S]*行政执法人员[\s\S]*等待同级或上级部门的另一人审批/);
  assert.equal(await page.getByRole('button', { name: '提交审批意见' }).count(), 0, 'nobody decides his own');
  assert.equal(await page.getByRole('button', { name: '导出完整号码' }).count(), 0);
  await look(page, 'asked');
  const stranger = await as('xiaofang');
  assert.equal((await stranger.goto(county.site + own)).status(), 404);
  await leave(stranger);
  await leave(page);
});

inBrowser('PI3: the office finds it on the first page, decides by keyboard with words, the clerk exports once', async () => {
  const office = await person('shuangsuiban');
  await office.goto(`${county.site}/desk`);
  await office.getByRole('link', { name: /1 份完整号码导出申请待审批/ }).click();
  await look(office, 'list');
  await office.getByRole('table').getByRole('link').first().click();
  await look(office, 'decide');
  await office.getByLabel('审批结果').focus();
  await office.keyboard.press('ArrowDown');
  await office.keyboard.press('ArrowDown');
  assert.equal(await office.getByLabel('审批结果').inputValue(), 'decline');
  await office.keyboard.press('ArrowUp');
  await office.keyboard.press('Tab');
  await office.keyboard.type('换发属实，用后删除');
  await office.keyboard.press('Tab');
  await office.keyboard.press('Enter');
  await office.getByText('申请人可以导出一次').waitFor();
  assert.match(await text(office), /已批准，待导出[\s\S]*演示·双随机办（shuangsuiban）.*换发属实，用后删除/);
  assert.equal(await office.getByRole('button', { name: '导出完整号码' }).count(), 0, 'only who asked exports');
  const page = await as('jingban');
  await page.goto(`${county.site}/desk`);
  await page.getByRole('link', { name: /1 份导出申请已批准/ }).click();
  await page.getByRole('table').getByRole('link').first().click();
  await look(page, 'approved');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出完整号码' }).click()]);
  assert.equal(file.suggestedFilename(), '检查人员名录.csv');
  const rows = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
  assert.ok(rows[0].endsWith(',导出标记'), rows[0]);
  assert.ok(rows.length > 6, `${rows.length} rows`);
  for (const row of rows.slice(1)) {
    assert.match(row, /演示·经办人 jingban \d{4}-\d\d-\d\d \d\d:\d\d 导出，演示·双随机办 shuangsuiban 批准，请勿外传/);
    assert.ok(!row.includes('****'), row);
  }
  await page.reload();
  assert.match(await text(page), /已导出[\s\S]*共 \d+ 人/);
  assert.equal(await page.getByRole('button', { name: '导出完整号码' }).count(), 0);
  await look(page, 'done');
  await leave(page);
});

inBrowser('PI3: what is declined says why and cannot be exported, a decision without words is none', async () => {
  const page = await person('jingban');
  const office = await person('shuangsuiban');
  const declined = await ask(page);
  await office.goto(county.site + declined);
  await office.getByLabel('审批结果').selectOption('decline');
  await office.getByLabel('审批意见').fill('   ');
  await office.getByRole('button', { name: '提交审批意见' }).click();
  await office.getByText('请写明审批意见').waitFor();
  assert.equal(await office.getByLabel('审批结果').inputValue(), 'decline', 'what was chosen is kept');
  await look(office, 'no-words');
  await office.getByLabel('审批意见').fill('名单不必含电话');
  await office.getByRole('button', { name: '提交审批意见' }).click();
  await office.getByText('已登记为不批准').waitFor();
  await page.goto(county.site + declined);
  assert.match(await text(page), /未批准[\s\S]*名单不必含电话/);
  assert.equal(await page.getByRole('button', { name: '导出完整号码' }).count(), 0);
  await look(page, 'declined');
});
