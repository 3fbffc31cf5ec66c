// The registers of meetings, documents issued and training courses, a task's steps, and an adopted
// conclusion on the business's page: as clerk, office and reader, each page with axe-core at phone and
// desktop width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { confirm, county, get, inBrowser, looker, menu, person, table, upload, visitor } from './desk_county.mjs';
import { bin, run } from './verify/kit.mjs';

const look = looker('registers');
const total = async (page) => Number(/\d+/.exec(await page.locator('.total').textContent())[0]);
const counts = (page, name) => page.locator('.counts tbody tr', { hasText: name }).locator('td').allInnerTexts();

const ask = (...words) => run(bin, ['--data', county.folder, ...words]);
const list = () => ask('task', 'list').trim().split('\n').map((line) => line.split('\t')[0]); // the latest first
const steps = (task) => ask('task', 'steps', task);
const first = () => /抽取 ([-0-9A-Z]+)/.exec(steps(list()[1]))[1];
const drawn = (draw) => ask('draw', 'show', draw).match(/\b9[0-9A-Z]{17}\b/g);

inBrowser('R145: a course is refused at its field, entered, counted, changed with a reason and withdrawn', async () => {
  const page = await person('jingban');
  await menu(page, '业务培训');
  await look(page, 'courses');
  const before = await total(page);
  await page.getByRole('link', { name: '登记业务培训' }).click();
  await page.getByLabel('培训名称').fill('信用监管专题班');
  await page.getByLabel('培训日期').fill('2025-02-18');
  await page.getByLabel('培训人数').fill('0');
  await page.getByLabel('授课人').fill('李老师');
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await page.getByText('培训人数应不少于1').waitFor();
  assert.equal(await page.getByLabel('授课人').inputValue(), '李老师', 'what was typed is kept');
  await look(page, 'course-refused');
  await page.getByLabel('培训人数').fill('37');
  await page.getByRole('button', { name: '登记', exact: true }).click();
  await page.getByText('已新建').waitFor();
  await page.getByText('SCJG-PX2025-001').waitFor();
  await look(page, 'course');
  await menu(page, '业务培训');
  assert.equal(await total(page), before + 1);
  await page.getByLabel('年度').selectOption('2025');
  await page.getByRole('button', { name: '搜索' }).click();
  assert.equal(await total(page), 1);
  assert.deepEqual((await counts(page, '市场监督管理局')).slice(0, 3), ['1／37人', '0', '1／37人'], 'the year, January, February');
  await page.locator('.counts tbody tr', { hasText: '市场监督管理局' }).getByRole('link').nth(1).click();
  assert.equal(await total(page), 1);
  assert.equal(await page.locator('.filter [name=month]').inputValue(), '2');
  await look(page, 'courses-of-a-month');
  await page.getByRole('link', { name: '修改', exact: true }).click();
  await page.getByLabel('培训人数').fill('38');
  await page.getByLabel('修改原因').fill('补签到一人');
  await look(page, 'course-edit');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('37 → 38').waitFor();
  await page.getByText('补签到一人').waitFor();
  await page.getByRole('link', { name: '作废' }).click();
  await look(page, 'course-withdraw');
  await page.getByLabel('作废原因').fill('与上次重复');
  await page.getByRole('button', { name: '作废' }).click();
  await page.getByText('已作废，不计入统计').waitFor();
  assert.equal(await page.getByRole('link', { name: '修改', exact: true }).count(), 0);
  await look(page, 'course-withdrawn');
  await page.locator('.crumbs').getByRole('link', { name: '业务培训登记簿' }).click();
  assert.equal(await page.locator('.filter [name=year]').inputValue(), '2025', 'the filter is kept');
  await page.goto(`${county.site}/desk/courses?year=2025`);
  assert.equal(await total(page), 1, 'it stays in the register');
  assert.equal((await counts(page, '市场监督管理局'))[0], '0', 'and counts no more');
});

inBrowser('R144: a ledger of documents is checked, taken in, exported, and changes nothing when it comes back', async () => {
  const page = await person('jingban');
  await upload(page, 'issuances', table('documents.csv',
    '文件名称,文号,印发日期,发文单位,级别\n' +
    '关于做好抽查工作的通知,示市监〔2025〕3号,2025-03-01,市场监督管理局,县级\n' +
    '抽查事项清单,示市监〔2025〕4号,2025-03-02,,县\n' +
    '外单位的文件,示消〔2025〕1号,2025-03-02,消防救援大队,县级\n' +
    '没有文号,,2025-03-02,,县级\n'));
  await look(page, 'documents-check');
  await page.getByText('不在您的权限范围内').waitFor();
  assert.match(await confirm(page), /新增 2，变更 0/);
  await page.goto(`${county.site}/desk/issuances?year=2025`);
  assert.equal(await total(page), 2);
  await look(page, 'documents');
  await page.getByRole('link', { name: '导出', exact: true }).click();
  await page.getByText('符合条件的全部 2 件文件').waitFor();
  await look(page, 'documents-export');
  await page.getByLabel('文件格式').selectOption('csv');
  await page.getByRole('button', { name: '开始导出' }).click();
  const link = page.getByRole('link', { name: '下载结果文件' });
  await link.waitFor({ timeout: 60000 });
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const kept = readFileSync(await file.path(), 'utf8');
  const lines = kept.trim().split('\r\n');
  assert.ok(lines[0].includes('登记编号,文件名称,印发日期,发文单位,登记状态,安全标记,文号,级别,备注'), lines[0]);
  assert.equal(lines.length, 3);
  await upload(page, 'issuances', table('again.csv', kept.replace('抽查事项清单', '抽查事项清单（2025年版）')));
  assert.match(await confirm(page), /新增 0，变更 1，无变化 1/);
});

inBrowser('R143: what a department calls is its own; those who take part are named', async () => {
  const page = await person('shuangsuiban');
  await menu(page, '会议');
  assert.deepEqual((await counts(page, '合计'))[0], '3');
  assert.ok((await page.locator('.counts tbody tr').count()) === 13, 'twelve departments and their sum');
  await page.getByRole('link', { name: '第一次全体会议' }).click();
  await page.getByText('应急管理局、消防救援大队、生态环境局').waitFor();
  await look(page, 'meeting');
  const address = new URL(page.url()).pathname;
  const other = await person('xiaofang');
  await other.goto(`${county.site}/desk/meetings`);
  assert.equal(await total(other), 1);
  assert.equal((await get(other, address))[0], 404);
  assert.equal((await get(await person('chayue'), '/desk/meetings/new'))[0], 403);
});

inBrowser('R156: a task leads to its steps, each with its basis and last day', async () => {
  const page = await person('jingban');
  await menu(page, '待公示抽查结果');
  await page.locator('tbody tr').first().locator('td[data-label="抽查任务"] a').click();
  await page.getByText('8 步中完成 4 步').waitFor();
  assert.deepEqual(await page.locator('tbody td[data-label="步骤"]').allInnerTexts(), ['方案', '名录', '抽取', '派组', '检查', '录入', '公示', '后续']);
  assert.deepEqual(await page.locator('tbody td[data-label="状态"]').allInnerTexts(), ['已完成', '已完成', '已完成', '已完成', '进行中', '未完成', '未完成', '未完成']);
  await look(page, 'steps');
  const tasks = list();
  assert.match(steps(tasks[1]), /公示\t已完成/);
  const other = await person('xiaofang');
  assert.equal((await get(other, `/desk/tasks/${tasks[0]}/steps`))[0], 404, 'the task of others');
  await other.goto(`${county.site}/desk/tasks/${tasks[1]}/steps`);
  await other.getByText('应录入 95 项，已录入 95 项').waitFor();
});

inBrowser('R44: what a published result rests on stands on the page of the business, in Chinese and English', async () => {
  const page = await visitor();
  const second = drawn(first())[1];
  await page.goto(`${county.site}/business/${second}?lang=zh`);
  await page.getByText('采信：其他部门的检查结论，示例县住房和城乡建设局，文书文号 示住建检〔演示〕3号').waitFor();
  await look(page, 'business-adopted');
  await page.goto(`${county.site}/business/${second}?lang=en`);
  await page.getByText('Rests on a conclusion of others').waitFor();
  const office = await person('shuangsuiban');
  await office.goto(`${county.site}/desk/objects?q=${second}`);
  await office.locator('tbody a').first().click();
  await office.getByText('采信其他部门的检查结论：示例县住房和城乡建设局，示住建检〔演示〕3号').waitFor();
});
