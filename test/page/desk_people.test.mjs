// Inspectors, experts, commissions, departments and the document library in Debian's Chromium, as
// clerk, reviewer, inspector and as somebody of another department; every page at phone and desktop
// width with axe-core.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { unmarkedChinese } from './english.mjs';
import { as, county, inBrowser, leave, menu, shoot, sizes, violations } from './desk_county.mjs';

const PHONE = '13912345678';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n');
const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

const status = async (page, path) => (await page.goto(county.site + path)).status();
const text = (page) => page.locator('main').innerText();

inBrowser('a clerk adds an inspector, mends what was refused, looks at the number with a reason, lets him go', async () => {
  const page = await as('jingban');
  await menu(page, '检查人员');
  await page.getByLabel('是否计入两人').first().selectOption({ label: '计入两人' });
  await page.getByRole('button', { name: '搜索' }).click();
  await page.getByText(/共 16 人/).waitFor();
  await page.getByRole('link', { name: '新建检查人员' }).click();
  await page.getByLabel('姓名').fill('孙七');
  await page.getByLabel('执法证有效期至', { exact: true }).fill('2020-01-31');
  await page.getByLabel('手机号').fill(PHONE);
  await page.getByRole('button', { name: '新建' }).click();
  await page.getByText('没有执法证号').waitFor();
  assert.equal(await page.getByLabel('手机号').inputValue(), PHONE, 'what was typed is kept');
  assert.equal(await page.getByLabel('执法证号', { exact: true }).getAttribute('aria-invalid'), 'true');
  await shoot(page, 'desktop-person-refused');
  await page.getByLabel('执法证号', { exact: true }).fill('ZF20260099887');
  await page.getByLabel('业务专长').fill('特种设备、计量');
  await page.getByLabel('检查区域').fill('沁阳市');
  await page.getByRole('button', { name: '新建' }).click();
  await page.getByText('已新建').waitFor();
  await page.getByText('不计入：执法证不在有效期内').waitFor();
  assert.ok(!(await page.content()).includes(PHONE), 'the number is masked');
  assert.match(await text(page), /139\*\*\*\*5678/);
  await page.getByRole('main').getByRole('link', { name: '修改', exact: true }).click();
  assert.equal(await page.getByLabel('检查区域').inputValue(), '沁阳市');
  await page.getByLabel('执法证有效期至', { exact: true }).fill('2031-01-31');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('计入两人', { exact: true }).first().waitFor();
  assert.match(await text(page), /执法证有效期至：2020-01-31 → 2031-01-31/);
  await page.getByText('查看完整电话和证号').click();
  await page.getByLabel('理由').fill('通知参加抽查');
  await shoot(page, 'desktop-person');
  await page.getByRole('button', { name: '查看', exact: true }).click();
  await page.getByText(PHONE).waitFor();
  assert.match(await page.locator('.banner').innerText(), /查看人：.*jingban.*\d{4}-\d\d-\d\d/);
  assert.deepEqual(await violations(page), []);
  await shoot(page, 'desktop-person-revealed');
  await page.locator('summary', { hasText: '改为离岗' }).click();
  await page.getByLabel('原因').first().fill('退休');
  await page.getByRole('button', { name: '确定离岗' }).click();
  await page.getByText('不计入：已离岗').waitFor();
  assert.match(await text(page), /人员状态：在岗 → 离岗/);
  await leave(page);
});

inBrowser('an export holds the filtered rows with the chosen columns, and no number in full', async () => {
  const page = await as('jingban');
  await page.goto(`${county.site}/desk/inspectors?q=001`);
  await page.getByRole('link', { name: '导出', exact: true }).click();
  await page.getByText('共 1 人').waitFor();
  await page.getByLabel('格式').selectOption('csv');
  await page.getByLabel('职务').uncheck();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出' }).click()]);
  assert.equal(download.suggestedFilename(), '检查人员名录.csv');
  const rows = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
  assert.equal(rows.length, 2);
  assert.ok(rows[0].includes('姓名,单位,人员类别') && rows[0].includes('是否计入两人'), rows[0]);
  assert.ok(rows[1].includes('演示人员001,市场监督管理局,行政执法人员') && /\*{5,}/.test(rows[1]), rows[1]);
  await page.getByLabel('完整电话和证号').check();
  await page.getByRole('button', { name: '导出' }).click();
  await page.getByText('须写明理由').waitFor();
  assert.ok(await page.getByLabel('完整电话和证号').isChecked(), 'what was chosen is kept');
  await leave(page);
});

inBrowser('an interest is declared by name of the business, by the person himself too, and ended with a reason', async () => {
  const own = await as('jiancha');
  await menu(own, '检查人员');
  await own.getByText(/共 1 人/).waitFor();
  await own.getByRole('link', { name: /演示人员/ }).click();
  assert.equal(await own.getByRole('main').getByRole('link', { name: '修改', exact: true }).count(), 0);
  await own.getByRole('link', { name: '登记回避关系' }).click();
  await own.getByLabel('检查对象').fill('没有这个企业');
  await own.getByLabel('情况说明').fill('配偶任职');
  await own.getByRole('button', { name: '登记回避关系' }).click();
  await own.getByText('没有找到这样的检查对象').waitFor();
  await own.goto(`${county.site}/search?q=${encodeURIComponent('有限公司')}`);
  const link = await own.locator('main a[href^="/business/"]').first().getAttribute('href');
  const number = decodeURIComponent(link.split('/').pop().split('?')[0]);
  await own.goto(`${county.site}/desk/inspectors`);
  await own.getByRole('link', { name: /演示人员/ }).click();
  const home = new URL(own.url()).pathname;
  await own.getByRole('link', { name: '登记回避关系' }).click();
  await own.getByLabel('检查对象').fill(number);
  await own.getByLabel('关系').selectOption({ label: '近亲属经营或任职' });
  await own.getByLabel('情况说明').fill('配偶任职');
  await own.getByRole('button', { name: '登记回避关系' }).click();
  await own.getByText('近亲属经营或任职').waitFor();
  assert.equal(await own.locator('summary', { hasText: '结束' }).count(), 0, 'he cannot end it');
  await leave(own);
  const clerk = await as('jingban');
  await clerk.goto(county.site + home);
  await clerk.locator('summary', { hasText: '结束' }).click();
  await clerk.getByLabel('原因').last().fill('已离职');
  await clerk.getByRole('button', { name: '确定结束' }).click();
  await clerk.getByText('已结束').waitFor();
  await leave(clerk);
  const reviewer = await as('shenhe');
  await reviewer.goto(county.site + home);
  assert.ok(!(await text(reviewer)).includes('配偶任职'), 'a reviewer sees no family');
  await leave(reviewer);
});

inBrowser('what belongs to another department is not found', async () => {
  const page = await as('xiaofang');
  for (const path of ['', '/edit', '/interests/new'])
    assert.equal(await status(page, `/desk/inspectors/SCJG-001${path}`), 404, path);
  await page.goto(`${county.site}/desk/inspectors`);
  assert.ok(!(await page.content()).includes('SCJG'), 'not in rows, choices or counts');
  await page.goto(`${county.site}/desk/inspectors?department=SCJG`);
  await page.getByText('没有符合条件的').waitFor();
  await page.goto(`${county.site}/desk/inspectors/groups`);
  assert.ok(!(await text(page)).includes('市场监督管理局'));
  await leave(page);
});

inBrowser('an expert and a commission are kept, and who commissions pays', async () => {
  const page = await as('jingban');
  await menu(page, '专家库');
  await page.getByRole('link', { name: '新建专家' }).click();
  await page.getByLabel('姓名').fill('周教授');
  await page.getByLabel('专家所在机构').fill('省计量院');
  await page.getByLabel('聘期至').fill('2028-12-31');
  await page.getByLabel('业务专长').fill('计量');
  await page.getByRole('button', { name: '新建' }).click();
  await page.getByText('不计入：专家，在两人之外参加').waitFor();
  const code = new URL(page.url()).pathname.split('/').pop();
  await menu(page, '第三方委托');
  await page.getByRole('link', { name: '新建委托' }).click();
  await page.getByLabel('委托编号').fill('沁市监委〔2026〕1号');
  await page.getByLabel('受托机构').fill('省计量院');
  await page.getByLabel('资质').fill('CNAS L0001');
  await page.getByLabel('委托事项').fill('加油机检定');
  await page.getByLabel('费用').fill('一万');
  await page.getByLabel('专家编号').fill(code);
  await page.getByLabel('开始日期').fill('2026-11-01');
  await page.getByRole('button', { name: '新建委托' }).click();
  await page.getByText('费用应为金额').waitFor();
  await shoot(page, 'desktop-commission-refused');
  await page.getByLabel('费用').fill('12000.50');
  await page.getByRole('button', { name: '新建委托' }).click();
  await page.getByText('已新建').waitFor();
  assert.match(await text(page), /付费单位\s+市场监督管理局/);
  await page.getByLabel('上传附件').setInputFiles(file('报告.pdf', PDF));
  await page.getByRole('button', { name: '上传', exact: true }).click();
  await page.getByText('附件已上传').waitFor();
  const report = await page.getByRole('link', { name: '报告.pdf' }).getAttribute('href');
  const own = new URL(page.url()).pathname;
  const other = await as('xiaofang');
  assert.equal(await status(other, own), 404);
  assert.equal(await status(other, `${own}/edit`), 404);
  assert.equal(await status(other, report), 404);
  await leave(other);
  await leave(page);
});

inBrowser('a rule is drafted, returned, mended, published by another, and stands on the portal with its versions', async () => {
  const clerk = await as('jingban');
  await menu(clerk, '文件资料');
  await clerk.getByRole('link', { name: '新建文件' }).click();
  await shoot(clerk, 'desktop-document-kind');
  await clerk.getByRole('link', { name: /抽查工作细则/ }).click();
  await clerk.getByLabel('标题').fill('市场监管抽查工作细则');
  await clerk.getByLabel('文号').fill('沁市监〔2026〕9号');
  await clerk.getByLabel('抽查原则').fill('公开、公正。\n随机。');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByRole('button', { name: '提交审核' }).click();
  await clerk.getByText('还没有填写“抽查任务”').waitFor();
  const home = new URL(clerk.url()).pathname.replace(/\/submit$/, '');
  const code = home.split('/').pop();
  await clerk.getByLabel('上传附件').setInputFiles(file('细则.pdf', Buffer.from('MZ no pdf')));
  await clerk.getByRole('button', { name: '上传', exact: true }).click();
  await clerk.getByText('只能上传 PDF').waitFor();
  assert.match(clerk.troubles.splice(0).join(), /status of 415/);
  await clerk.getByLabel('上传附件').setInputFiles(file('细则.pdf', PDF));
  await clerk.getByRole('button', { name: '上传', exact: true }).click();
  await clerk.getByText('附件已上传').waitFor();
  assert.deepEqual(await violations(clerk), []);
  await clerk.goto(`${county.site}${home}/edit`);
  for (const heading of ['抽查任务', '检查方式', '抽查结果公示', '督查考核']) await clerk.getByLabel(heading).fill(`${heading}的规定`);
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByRole('button', { name: '提交审核' }).click();
  await clerk.getByText('等待审核发布').waitFor();
  assert.equal(await clerk.getByRole('button', { name: '确定发布' }).count(), 0);
  const other = await as('xiaofang');
  assert.equal(await status(other, home), 404, 'a draft of another department');
  assert.equal(await status(other, `${home}/edit`), 404);
  assert.equal(await status(other, `/documents/${code}`), 404, 'not public yet');
  const reviewer = await as('shenhe');
  await reviewer.getByRole('link', { name: /1 份文件资料待审核发布/ }).click();
  await reviewer.getByRole('link', { name: '市场监管抽查工作细则' }).click();
  await reviewer.locator('summary', { hasText: '退回修改' }).click();
  await reviewer.getByLabel('原因').first().fill('第一条请写明比例');
  await reviewer.getByRole('button', { name: '确定退回' }).click();
  await reviewer.getByText('已退回').waitFor();
  await clerk.goto(county.site + home);
  await clerk.getByText('第一条请写明比例').first().waitFor();
  await clerk.getByRole('button', { name: '提交审核' }).click();
  await reviewer.goto(county.site + home);
  await reviewer.locator('summary', { hasText: /^发布$/ }).click();
  await shoot(reviewer, 'desktop-document-publish');
  await reviewer.getByRole('button', { name: '确定发布' }).click();
  await reviewer.getByText('已发布，公示平台可以看到').waitFor();
  assert.match(await text(reviewer), /日志序号 \d+/);
  await other.goto(`${county.site}/documents?lang=zh`);
  await other.getByRole('link', { name: '市场监管抽查工作细则' }).click();
  await other.getByText('督查考核的规定').waitFor();
  assert.deepEqual(await violations(other), []);
  await shoot(other, 'desktop-portal-document');
  const [download] = await Promise.all([other.waitForEvent('download'), other.getByRole('link', { name: '细则.pdf' }).click()]);
  assert.ok(readFileSync(await download.path()).equals(PDF), 'the bytes that were handed in');
  await clerk.goto(`${county.site}${home}/edit`);
  await clerk.getByLabel('标题').fill('市场监管抽查工作细则（修订）');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByRole('button', { name: '提交审核' }).click();
  assert.ok((await (await other.goto(`${county.site}/documents/${code}?lang=zh`)).text()).includes('<h1>市场监管抽查工作细则</h1>'), 'the draft is not public');
  await reviewer.goto(county.site + home);
  await reviewer.locator('summary', { hasText: /^发布$/ }).click();
  await reviewer.getByRole('button', { name: '确定发布' }).click();
  for (const path of ['/documents', `/documents/${code}`]) {
    await other.goto(`${county.site}${path}?lang=en`);
    assert.deepEqual(await unmarkedChinese(other), [], `${path} in English`);
  }
  await other.goto(`${county.site}/documents/${code}?lang=zh`);
  await other.getByRole('heading', { name: '市场监管抽查工作细则（修订）' }).waitFor();
  await other.getByRole('link', { name: '版本 1' }).click();
  await other.getByRole('heading', { name: '市场监管抽查工作细则', exact: true }).waitFor();
  await reviewer.goto(county.site + home);
  await reviewer.locator('summary', { hasText: '废止' }).click();
  await reviewer.getByLabel('原因').first().fill('由省级细则代替');
  await reviewer.getByRole('button', { name: '确定废止' }).click();
  await other.goto(`${county.site}/documents/${code}?lang=zh`);
  await other.getByText('由省级细则代替').waitFor();
  for (const page of [clerk, other, reviewer]) await leave(page);
});

// Drafted, or changed into a new version, by the clerk; published by the reviewer.
async function plan(clerk, reviewer, fields, home) {
  await clerk.goto(`${county.site}${home ? `${home}/edit` : '/desk/documents/new?kind=plan'}`);
  for (const [label, value] of Object.entries(fields)) await clerk.getByLabel(label).fill(value);
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByRole('button', { name: '提交审核' }).click();
  await clerk.getByText('等待审核发布').waitFor();
  const at = new URL(clerk.url()).pathname;
  await reviewer.goto(county.site + at);
  await reviewer.locator('summary', { hasText: /^发布$/ }).click();
  await reviewer.getByRole('button', { name: '确定发布' }).click();
  await reviewer.getByText('已发布，公示平台可以看到').waitFor();
  return at;
}

inBrowser('an annual plan is published, adjusted with its reason, and the portal shows line by line what changed', async () => {
  const clerk = await as('jingban');
  const reviewer = await as('shenhe');
  await clerk.goto(`${county.site}/desk/documents/new?kind=plan`);
  await clerk.getByLabel('标题').fill('2031年度抽查工作计划');
  await clerk.getByLabel('计划年度').fill('31');
  await clerk.getByLabel('抽查安排').fill('1. 甲');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByText('年度应为').waitFor();
  assert.equal(await clerk.getByLabel('抽查安排').inputValue(), '1. 甲', 'nothing typed is lost');
  const first = { 标题: '2031年度抽查工作计划', 计划年度: '2031', 计划编号: '41088220310007', '批准单位（会议）': '局务会', 总体要求: '要求', 抽查安排: '1. 甲，3%\n2. 乙，5%', 组织实施: '实施', 结果公示和运用: '公示' };
  const home = await plan(clerk, reviewer, first);
  await clerk.goto(`${county.site}${home}/edit`);
  assert.equal(await clerk.getByLabel('计划编号').count(), 0, 'the number stays');
  assert.equal(await clerk.getByLabel('批准单位（会议）').inputValue(), '', 'approved anew');
  await plan(clerk, reviewer, { '批准单位（会议）': '联席会议', 调整原因: '乙类投诉增多', 抽查安排: '1. 甲，3%\n2. 乙，10%' }, home);
  await reviewer.getByRole('link', { name: '公示页面' }).click();
  await reviewer.goto(`${county.site}${new URL(reviewer.url()).pathname}?lang=zh`);
  assert.match(reviewer.url(), /\/plans\//);
  assert.deepEqual(await reviewer.locator('.diff li').allInnerTexts().then((all) => all.map((line) => line.replace(/\s/g, ''))), ['1.甲，3%', '−2.乙，【5%】', '+2.乙，【10%】']);
  const rows = await reviewer.locator('section', { hasText: '各版本' }).locator('tbody tr').allInnerTexts();
  assert.equal(rows.length, 2);
  assert.match(rows[0], /乙类投诉增多\s+联席会议/);
  assert.match(rows[1], /–\s+局务会/);
  assert.doesNotMatch(await text(reviewer), /jingban|shenhe/, 'offices approve in public, not persons');
  await reviewer.goto(`${county.site}/plans?year=2031&lang=zh`);
  await reviewer.getByRole('link', { name: '2031年度抽查工作计划' }).waitFor();
  for (const page of [clerk, reviewer]) await leave(page);
});

inBrowser('divisions are browsed and searched, and abolished codes say where they went', async () => {
  const page = await as('chayue');
  await menu(page, '行政区划');
  await page.getByText('沁阳市').first().waitFor();
  await page.getByLabel('名称或代码').fill('142202');
  await page.getByRole('button', { name: '搜索' }).click();
  const row = page.getByRole('row', { name: /142202/ });
  assert.match(await row.innerText(), /原平市\s+140981/);
  await leave(page);
});

const paths = ['/desk/inspectors', '/desk/inspectors?q=没有这个人', '/desk/inspectors/groups', '/desk/inspectors/new', '/desk/inspectors/SCJG-001', '/desk/inspectors/SCJG-001/edit', '/desk/inspectors/SCJG-001/interests/new', '/desk/inspectors/export', '/desk/experts', '/desk/experts/export', '/desk/inspectors/new?category=expert', '/desk/commissions', '/desk/commissions/new', '/desk/documents', '/desk/documents/new', '/desk/documents/new?kind=rule', '/desk/documents/new?kind=plan', '/desk/departments', '/desk/departments?gaps=1', '/desk/departments/SCJG', '/desk/divisions', '/desk/divisions?q=原平', '/desk/divisions?of=0', '/desk/divisions?kind=gone', '/documents?lang=zh'];

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of people, organisation and documents has a violation of level AA: ${size}`, async (t) => {
    const found = [];
    const page = await as('jingban', viewport);
    const rows = [];
    for (const list of ['/desk/commissions', '/desk/documents', '/desk/experts', '/documents?lang=zh']) {
      await page.goto(county.site + list);
      const hrefs = await page.locator('main td a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
      rows.push(...hrefs.slice(0, 2));
    }
    for (const path of [...paths, ...rows]) {
      await page.goto(county.site + path);
      found.push(...(await violations(page)).map((words) => `${path}: ${words}`));
      await shoot(page, `${size}-${decodeURIComponent(path).replace(/\W+/g, '_')}`);
    }
    await leave(page);
    assert.deepEqual(found, []);
    t.diagnostic(`${paths.length + rows.length} pages`);
  });
