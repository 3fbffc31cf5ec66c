// Actions on many rows, the ledger of commissions, a superior's list in two steps, check forms from
// the library to the portal: whole flows as clerk, reviewer and office, each page with axe-core at
// phone and desktop width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { confirm, county, get, inBrowser, looker, menu, person, table, upload } from './desk_county.mjs';
import { scratch } from './verify/kit.mjs';

const look = looker('batch');
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n');
const figures = async (page) => (await page.locator('.figures b').allTextContents()).map(Number);
const reasons = (page) => page.getByRole('region', { name: '没有处理的和原因' }).locator('tbody tr').allInnerTexts();

inBrowser('R39: picked inspectors leave, those who had left are named with the reason, and come back by the filter', async () => {
  const page = await person('jingban');
  await menu(page, '检查人员');
  for (const at of [1, 2, 3]) await page.locator('tbody tr').nth(at).locator('input').check();
  await look(page, 'inspectors');
  await page.getByRole('button', { name: '离岗', exact: true }).click();
  await page.getByText('将处理所选的 3 人').waitFor();
  await page.getByRole('button', { name: '改为离岗' }).click();
  assert.equal(await page.getByLabel('原因').evaluate((e) => e.validity.valueMissing), true);
  await page.getByLabel('原因').fill('机构改革划转');
  await look(page, 'leave');
  await page.getByRole('button', { name: '改为离岗' }).click();
  await page.locator('.figures').waitFor();
  assert.deepEqual(await figures(page), [3, 0]);
  const again = page.waitForResponse((answer) => answer.request().method() === 'POST');
  await page.reload();
  assert.equal((await again).status(), 200);
  assert.deepEqual(await figures(page), [3, 0], 'the same press again gives the same report');
  await page.getByRole('link', { name: '返回检查人员' }).click();
  for (const at of [0, 1]) await page.locator('tbody tr').nth(at).locator('input').check();
  await page.getByRole('button', { name: '离岗', exact: true }).click();
  await page.getByLabel('原因').fill('退休');
  await page.getByRole('button', { name: '改为离岗' }).click();
  await page.locator('.figures').waitFor();
  assert.deepEqual(await figures(page), [1, 1]);
  assert.match((await reasons(page)).join(), /已经离岗/);
  await look(page, 'report');
  await page.goto(`${county.site}/desk/inspectors?state=left`);
  await page.getByText(/共 4 人/).waitFor();
  await page.getByLabel('对', { exact: false }).first().selectOption('all');
  await page.getByRole('button', { name: '恢复在岗' }).click();
  await page.getByText('将处理所选的 4 人').waitFor();
  await page.getByLabel('原因').fill('划转取消');
  await page.getByRole('button', { name: '恢复在岗' }).click();
  await page.locator('.figures').waitFor();
  assert.deepEqual(await figures(page), [4, 0]);
  await page.getByRole('link', { name: '返回检查人员' }).click();
  await page.getByText('没有符合条件的').waitFor();
});

inBrowser('R38: a speciality goes to picked inspectors, and only they are exported', async () => {
  const page = await person('jingban');
  await menu(page, '检查人员');
  const names = await page.locator('tbody tr td:nth-child(2)').evaluateAll((all) => all.slice(0, 2).map((cell) => cell.innerText.trim()));
  const pick = async () => {
    for (const at of [0, 1]) await page.locator('tbody tr').nth(at).locator('input').check();
  };
  await pick();
  await page.getByRole('button', { name: '加业务专长' }).click();
  await page.getByLabel('原因').fill('培训合格');
  await page.getByRole('button', { name: '加上业务专长' }).click();
  await page.getByText('请选择业务专长').waitFor();
  assert.equal(await page.getByLabel('原因').inputValue(), '培训合格', 'what was typed is kept');
  await look(page, 'label-refused');
  const word = await page.getByLabel('业务专长').locator('option').nth(1).getAttribute('value');
  await page.getByLabel('业务专长').selectOption(word);
  await page.getByRole('button', { name: '加上业务专长' }).click();
  await page.locator('.figures').waitFor();
  const [changed, passed] = await figures(page);
  assert.equal(changed + passed, 2);
  await page.goto(`${county.site}/desk/inspectors`);
  await pick();
  await page.getByRole('button', { name: '导出所选' }).click();
  await page.getByText('导出所选的 2 人').waitFor();
  await look(page, 'export');
  await page.getByLabel('格式').selectOption('csv');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出' }).click()]);
  const rows = readFileSync(await download.path(), 'utf8').trim().split('\r\n').slice(1);
  assert.equal(rows.length, 2);
  for (const [at, name] of names.entries()) {
    assert.ok(rows[at].includes(name), `${name}: ${rows[at]}`);
    assert.ok(rows[at].includes(word), `${word}: ${rows[at]}`);
  }
});

inBrowser('R43: a ledger is checked, mended by its error workbook, exported, and a finished commission is not cancelled', async () => {
  const page = await person('jingban');
  const heads = '委托编号,类别,受托机构,资质,事项,委托单位,开始日期,结束日期,结论,状态,费用（元）\n';
  await upload(page, 'commissions', table('委托.csv', `${heads}委1,检验检测,省计量院,CNAS L1,加油机检定,,2026-02-01,,,进行中,12000\n委2,检验检测,省计量院,CNAS L1,衡器检定,,2026-01-01,2026-02-01,合格,已完成,800.50\n委3,财务审计,某会计师事务所,执业证书,专项资金检查,,2026-02-01,,,进行中,一万\n`));
  assert.deepEqual(await figures(page), [3, 2, 1, 0]);
  assert.match(await page.getByRole('region', { name: '有错误的行' }).innerText(), /费用应为金额/);
  await look(page, 'commission-check');
  const [book] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /下载有错误的 1 行/ }).click()]);
  assert.equal(book.suggestedFilename(), '演练-委托-未导入的行.xlsx');
  assert.equal(await confirm(page), '共 3 行，新增 2，变更 0，无变化 0，未导入 1');
  await menu(page, '第三方委托');
  await page.getByText(/共 2 项委托/).waitFor();
  await look(page, 'commissions');
  await page.getByLabel('对', { exact: false }).first().selectOption('all');
  await page.getByRole('button', { name: '导出所选' }).click();
  await page.getByText('导出所选的 2 项委托').waitFor();
  await look(page, 'commission-export');
  const [ledger] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出' }).click()]);
  assert.equal(ledger.suggestedFilename(), '第三方委托.xlsx');
  const kept = scratch('ledger.xlsx');
  await ledger.saveAs(kept);
  await upload(page, 'commissions', kept);
  assert.match(await page.locator('.figures').innerText(), /新增 0，变更 0，无变化 2/);
  await menu(page, '第三方委托');
  await page.getByLabel('对', { exact: false }).first().selectOption('all');
  await page.getByRole('button', { name: '取消委托' }).click();
  await page.getByLabel('原因').fill('合同终止');
  await page.getByRole('button', { name: '取消委托' }).click();
  await page.locator('.figures').waitFor();
  assert.deepEqual(await figures(page), [1, 1]);
  assert.match((await reasons(page)).join(), /委2\s+省计量院\s+已完成，不能取消/);
  const other = await person('xiaofang');
  assert.equal((await get(other, '/desk/commissions/export'))[0], 200);
  await other.goto(`${county.site}/desk/commissions/export`);
  await other.getByText('共 0 项委托').waitFor();
});

inBrowser("R10: a superior's list is looked at, its columns mended, confirmed, and claimed", async () => {
  const page = await person('shuangsuiban');
  await menu(page, '上级清单认领');
  await page.getByRole('link', { name: '上传上级清单' }).click();
  const list = table('list.csv', '抽查类别,小类,检查对象\n计量监督,加油机检查,加油站\n,,\n计量监督,加油机检查,加油站\n认证监督,强制性产品认证,生产企业\n');
  await page.getByLabel('文件', { exact: true }).setInputFiles(list);
  await page.getByLabel('清单名称').evaluate((e) => e.removeAttribute('required'));
  await page.getByRole('button', { name: '上传并核对' }).click();
  await page.getByText('请写明上级清单的名称').waitFor();
  await look(page, 'superior-unnamed');
  await upload(page, 'superior', list, (form) => form.getByLabel('清单名称').fill('某省清单（2026年版）'));
  await page.getByText('上级清单：某省清单（2026年版）').waitFor();
  await page.getByLabel('“小类”读作').selectOption('name');
  await page.getByRole('button', { name: '按所选的列重新核对' }).click();
  await page.locator('.figures').waitFor();
  assert.deepEqual(await figures(page), [3, 2, 1, 0]);
  await page.getByText('与第2行重复').waitFor();
  await look(page, 'superior-check');
  const [book] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /下载有错误的 1 行/ }).click()]);
  assert.equal(book.suggestedFilename(), '演练-list-未导入的行.xlsx');
  assert.equal(await confirm(page), '共 3 行，新增 2，变更 0，无变化 0，未导入 1');
  await menu(page, '上级清单认领');
  await page.getByRole('link', { name: '加油机检查' }).waitFor();
});

inBrowser('R13: a check form is published among others picked, chosen in a draft, and read on the portal', async () => {
  const clerk = await person('jingban');
  const forms = [];
  for (const title of ['明码标价检查表', '计量器具检查表']) {
    await clerk.goto(`${county.site}/desk/documents/new?kind=form`);
    await clerk.getByLabel('标题').fill(title);
    await clerk.getByRole('button', { name: '保存草稿' }).click();
    await clerk.getByText('已新建').waitFor();
    forms.push(new URL(clerk.url()).pathname);
  }
  await clerk.goto(county.site + forms[0]);
  await clerk.getByRole('button', { name: '提交审核' }).click();
  await clerk.getByText('检查表还没有附件').waitFor();
  await clerk.goto(county.site + forms[0]);
  await clerk.getByLabel('上传附件').setInputFiles({ name: '检查表.pdf', mimeType: 'application/pdf', buffer: PDF });
  await clerk.getByRole('button', { name: '上传', exact: true }).click();
  await clerk.getByText('附件已上传').waitFor();
  await clerk.getByRole('button', { name: '提交审核' }).click();
  await clerk.getByText('等待审核发布').waitFor();
  await look(clerk, 'form');

  const reviewer = await person('shenhe');
  await reviewer.goto(`${county.site}/desk/documents?kind=form`);
  await look(reviewer, 'documents');
  await reviewer.getByLabel('对', { exact: false }).first().selectOption('all');
  await reviewer.getByRole('button', { name: '发布', exact: true }).click();
  await reviewer.getByText('将处理所选的 2 份文件').waitFor();
  await look(reviewer, 'publish');
  await reviewer.getByRole('button', { name: '发布', exact: true }).click();
  await reviewer.locator('.figures').waitFor();
  assert.deepEqual(await figures(reviewer), [1, 1]);
  assert.match((await reasons(reviewer)).join(), /计量器具检查表\s+只有待审核的可以发布（现在的状态：草稿）/);

  await clerk.goto(`${county.site}/desk/drafts/new`);
  const fill = { 抽查类别: '价格监督', 抽查事项: '明码标价检查', 检查对象: '商场', 检查主体: '县级', 检查内容: '是否明码标价', 检查方式: '实地核查', 检查依据: '《价格法》第十三条' };
  for (const [label, text] of Object.entries(fill)) await clerk.getByLabel(label, { exact: true }).fill(text);
  const choice = clerk.getByLabel('检查表', { exact: true });
  assert.equal(await choice.locator('option', { hasText: '计量器具检查表' }).count(), 0, 'a draft cannot be chosen');
  await choice.selectOption({ label: await choice.locator('option', { hasText: '明码标价检查表' }).textContent() });
  await look(clerk, 'draft');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByText('已保存').waitFor();
  await clerk.getByRole('link', { name: /^明码标价检查表（/ }).waitFor();
  await look(clerk, 'draft-saved');
  await clerk.getByRole('button', { name: '提交审查' }).click();
  await clerk.getByText('已提交审查').waitFor();
  const draft = new URL(clerk.url()).pathname;
  await reviewer.goto(county.site + draft);
  await reviewer.getByRole('button', { name: '同意' }).click();
  await reviewer.getByText('等待公布').waitFor();
  const office = await person('shuangsuiban');
  await office.goto(county.site + draft);
  await office.getByRole('button', { name: '公布' }).click();
  await office.getByRole('button', { name: '公布' }).click();
  await office.getByText('已公布').first().waitFor();
  await office.goto(`${county.site}/desk/items?q=${encodeURIComponent('明码标价检查')}`);
  await office.getByRole('link', { name: '明码标价检查' }).click();
  await office.getByRole('link', { name: /^明码标价检查表（/ }).waitFor();
  await look(office, 'item');
  await office.getByRole('link', { name: '在公示平台查看' }).click();
  await office.getByRole('link', { name: '明码标价检查表' }).waitFor();
  await look(office, 'portal-item');
  await office.getByRole('link', { name: '明码标价检查表' }).click();
  const [file] = await Promise.all([office.waitForEvent('download'), office.getByRole('link', { name: '检查表.pdf' }).click()]);
  assert.ok(readFileSync(await file.path()).equals(PDF), 'the bytes that were handed in');

  await reviewer.goto(`${county.site}/desk/documents?kind=form`);
  await reviewer.getByLabel('选择 明码标价检查表').check();
  await reviewer.getByRole('button', { name: '废止', exact: true }).click();
  await reviewer.getByLabel('原因').fill('改用新表');
  await reviewer.getByRole('button', { name: '废止', exact: true }).click();
  await reviewer.locator('.figures').waitFor();
  assert.deepEqual(await figures(reviewer), [0, 1]);
  assert.match((await reasons(reviewer)).join(), /1个抽查事项（.*正在使用这份检查表/);
  await look(reviewer, 'withdraw-report');
  await reviewer.goto(county.site + forms[0]);
  await reviewer.getByRole('link', { name: '明码标价检查', exact: true }).waitFor();
  await look(reviewer, 'form-in-use');
});

inBrowser('more rows than a page waits for go as a job, and its table names what was passed over', async () => {
  const page = await person('shuangsuiban');
  const rows = Array.from({ length: 230 }, (_, i) => `批量人员${i},市场监督管理局,行政执法人员,PL${10000 + i},2031-01-01,${i < 7 ? '离岗' : '在岗'},${i < 7 ? '退休' : ''}`);
  await upload(page, 'inspectors', table('批量.csv', `姓名,单位,人员类别,执法证号,执法证有效期至,人员状态,状态原因\n${rows.join('\n')}\n`));
  assert.match(await confirm(page), /新增 230/);
  await page.goto(`${county.site}/desk/inspectors?q=${encodeURIComponent('批量人员')}`);
  await page.getByLabel('对', { exact: false }).first().selectOption('all');
  await page.getByRole('button', { name: '离岗', exact: true }).click();
  await page.getByText('在后台处理').waitFor();
  await page.getByLabel('原因').fill('机构改革');
  await page.getByRole('button', { name: '改为离岗' }).click();
  await page.getByText('共选 230 项，已处理 223 项，没有处理 7 项').waitFor({ timeout: 60000 });
  await look(page, 'job');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载结果文件' }).click()]);
  assert.equal(file.suggestedFilename(), '演练-没有处理的行.xlsx');
  await page.goto(`${county.site}/desk/inspectors?state=left&q=${encodeURIComponent('批量人员')}`);
  await page.getByText(/共 230 人/).waitFor();
});

inBrowser('no page of these flows has a violation of level AA', async () => {
  const page = await person('jingban');
  for (const path of ['/desk/import/commissions', '/desk/import/superior', '/desk/commissions/export', '/desk/experts', '/desk/documents/new?kind=form', '/desk/documents/new']) {
    await page.goto(county.site + path);
    await look(page, path.replace(/\W+/g, '_'));
  }
});
