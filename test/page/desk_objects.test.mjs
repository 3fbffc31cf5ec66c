// The object registry in Debian's Chromium: a clerk finds, edits, labels a filtered set, puts a
// business into a special library and exports; another department sees none of it; every page at
// phone and desktop width with axe-core.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { as, county, inBrowser, leave, prepare, shoot, sizes, violations } from './desk_county.mjs';

prepare(() => {
  county.rows = readFileSync(`${county.folder}/source/objects.csv`, 'utf8').trim().split('\n').slice(1)
    .map((line) => line.replace(/"[^"]*"/g, '').split(','))
    .map(([number, name, kind, state, division, , industry, , , risk, , department, label]) => ({ number, name, kind, state, division, industry, risk, department, label }));
  county.mine = county.rows.filter((r) => r.department === '市场监督管理局');
});

const go = (page, path) => page.goto(county.site + path);
const total = async (page) => Number(/共 (\d+)/.exec(await page.locator('.total').textContent())[1]);
const names = (page) => page.locator('tbody td[data-label=检查对象名称]').allTextContents();

inBrowser('every condition gives as many rows as the file has', async () => {
  const page = await as('jingban');
  const asked = [
    ['', () => true],
    ['kind=individual', (r) => r.kind === '个体工商户'],
    ['risk=D&state=active', (r) => r.risk === 'D' && r.state === '存续'],
    ['label=' + encodeURIComponent('食品经营'), (r) => r.label === '食品经营'],
    ['label=-&kind=cooperative', (r) => r.label === '' && r.kind === '农民专业合作社'],
    ['section=H', (r) => /^6[12]/.test(r.industry)],
    ['section=F&kind=individual', (r) => /^5[12]/.test(r.industry) && r.kind === '个体工商户'],
    ['industry=' + encodeURIComponent('住宿和餐饮业'), (r) => /^6[12]/.test(r.industry)],
    ['industry=62', (r) => r.industry.startsWith('62')],
    ['q=' + encodeURIComponent('餐饮'), (r) => r.name.includes('餐饮')],
    ['q=' + encodeURIComponent('店　沁阳'), (r) => r.name.includes('店') && r.name.includes('沁阳')],
    ['division=410882101', (r) => r.division === '410882101'],
    ['q=zzzzzz', () => false],
  ];
  for (const [query, fits] of asked) {
    await go(page, `/desk/objects?${query}`);
    assert.equal(await total(page), county.mine.filter(fits).length, query);
  }
  await go(page, '/desk/objects?q=' + county.mine[30].number.toLowerCase());
  assert.deepEqual((await names(page)).map((n) => n.trim()), [county.mine[30].name], 'by number');
  await leave(page);
});

inBrowser('an item says how many objects it applies to, and its link opens exactly those', async () => {
  const page = await as('jingban');
  await go(page, '/desk/items');
  const items = await page.locator('a[href^="/desk/items/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute('href')))]);
  const numbers = new Set();
  for (const item of items.slice(0, 20)) {
    await go(page, item);
    const link = page.getByRole('link', { name: / 个检查对象$/ });
    const said = parseInt(await link.textContent(), 10);
    await link.click();
    assert.equal(await total(page), said, item);
    numbers.add(said);
  }
  assert.ok(numbers.size > 1, 'items differ in what they apply to');
  assert.ok([...numbers].every((n) => n <= county.mine.length), 'no object of another department is counted');
  await leave(page);
});

inBrowser('a list sorted by name goes through all pages without a gap, up and down', async () => {
  const page = await as('jingban');
  const want = county.mine.filter((r) => r.risk === 'D').map((r) => r.name).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const [sort, order] of [['name', want], ['-name', [...want].reverse()]]) {
    const seen = [];
    await go(page, `/desk/objects?risk=D&sort=${sort}`);
    for (;;) {
      seen.push(...(await names(page)).map((n) => n.trim()));
      const next = page.getByRole('link', { name: '下一页' });
      if ((await next.count()) === 0) break;
      await next.click();
    }
    assert.deepEqual(seen, order, sort);
  }
  await leave(page);
});

inBrowser('an edit says what is wrong at its field, loses nothing, and comes back to the list as it was', async () => {
  const page = await as('jingban');
  await go(page, '/desk/objects');
  await page.getByLabel('名称、拼音首字母或号码').fill('餐饮');
  await page.locator('.filter select[name=state]').selectOption('active');
  await page.getByRole('button', { name: '搜索' }).click();
  await page.getByRole('link', { name: '下一页' }).click();
  const list = page.url();
  const name = (await names(page))[3].trim();
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByRole('main').getByRole('link', { name: '修改' }).click();
  await page.getByLabel('行业代码').fill('没有这个行业');
  await page.getByLabel('监管标签').fill('食品经营、不在字库');
  await page.getByLabel('修改原因').fill('现场核实');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('没有保存').first().waitFor();
  assert.ok((await page.locator('.field.wrong').count()) >= 1, 'a field is marked');
  assert.equal(await page.getByLabel('监管标签').inputValue(), '食品经营、不在字库');
  assert.equal(await page.getByLabel('修改原因').inputValue(), '现场核实');
  await shoot(page, 'object-refused');
  await page.getByLabel('行业代码').fill('6210');
  await page.getByLabel('监管标签').fill('食品经营、网络餐饮');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存').waitFor();
  await page.locator('.course').getByText('现场核实').waitFor();
  await page.locator('.course').getByText('食品经营、网络餐饮').first().waitFor();
  await shoot(page, 'object-saved');
  await page.locator('.crumbs').getByRole('link', { name: '检查对象名录库' }).click();
  assert.equal(page.url(), list);
  assert.equal((await names(page))[3].trim(), name);
  await leave(page);
});

inBrowser('a new business is checked like a row of a file, and its state ends with a reason', async () => {
  const page = await as('jingban');
  await go(page, '/desk/objects/new');
  await page.getByLabel('统一社会信用代码').fill('91410882MA00000000');
  await page.getByLabel('检查对象名称').fill('示例县新办企业有限公司');
  await page.getByLabel('监管部门').selectOption({ label: '市场监督管理局' });
  await page.getByRole('button', { name: '登记' }).click();
  await page.locator('.field.wrong').first().waitFor();
  assert.equal(await page.getByLabel('检查对象名称').inputValue(), '示例县新办企业有限公司');
  await page.getByLabel('统一社会信用代码').fill('');
  await page.getByLabel('对象类别').selectOption({ label: '项目' });
  await page.getByRole('button', { name: '登记' }).click();
  await page.getByText('已新建').waitFor();
  const pair = (label) => page.locator('.pairs > div').filter({ has: page.locator('dt', { hasText: label }) }).locator('dd').textContent();
  assert.match(await pair(/^编号$/), /^SL-/, 'an internal number is not called a credit code');
  assert.equal(await page.locator('dt', { hasText: '统一社会信用代码' }).count(), 0);
  assert.equal(await pair(/^地址$/), '–');
  await page.getByText('变更登记状态').click();
  await page.getByLabel('登记状态').selectOption({ label: '注销' });
  await page.getByLabel('原因').fill('项目完工');
  await page.getByRole('button', { name: '确定变更' }).click();
  await page.getByText('已保存').waitFor();
  await page.locator('.course').getByText('项目完工').waitFor();
  await leave(page);
});

inBrowser('all that fit a filter are labelled at once, the picked ones alone when they are picked', async () => {
  const page = await as('jingban');
  const count = county.mine.filter((r) => r.kind === '农民专业合作社' && r.division === '410882101').length;
  assert.ok(count > 3);
  const filter = '/desk/objects?kind=cooperative&division=410882101';
  await go(page, filter);
  await page.locator('select[name=which]').selectOption('all');
  await page.getByRole('button', { name: '加标签' }).click();
  await page.getByText(`符合条件的全部 ${count} 个检查对象`).waitFor();
  await page.getByLabel('标签', { exact: true }).selectOption('危险化学品');
  await page.getByLabel('原因').fill('专项整治');
  await page.getByRole('button', { name: '加上标签' }).click();
  await page.getByText(/已为 \d+ 个对象(加上|去掉)标签/).waitFor();
  assert.equal(await total(page), count, 'the filter is kept');
  await go(page, '/desk/objects?label=' + encodeURIComponent('危险化学品'));
  assert.equal(await total(page), count);
  await page.getByRole('checkbox', { name: /^选择 / }).nth(1).check();
  await page.getByText('本页勾选的行（1）').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: '去标签' }).click();
  await page.getByText('勾选的 1 个检查对象').waitFor();
  await page.getByLabel('标签', { exact: true }).selectOption('危险化学品');
  await page.getByLabel('原因').fill('核实没有');
  await page.getByRole('button', { name: '去掉标签' }).click();
  await page.getByText(/已为 \d+ 个对象(加上|去掉)标签/).waitFor();
  assert.equal(await total(page), count - 1);
  await page.getByRole('button', { name: '加标签' }).click();
  await page.getByText('没有选择任何行').waitFor();
  await leave(page);
});

inBrowser('a business stands in a library once a licence, its phone is masked until it is asked for', async () => {
  const page = await as('jingban');
  const [mine] = county.mine.filter((r) => r.number);
  for (const licence of ['TS-001', 'TS-002']) {
    await go(page, `/desk/objects/${mine.number}`);
    await page.locator('summary', { hasText: '列入专项库' }).click();
    await page.getByLabel('许可证号').fill(licence);
    await page.getByLabel('有效期至').fill('2020-01-31');
    await page.getByLabel('联系人').fill('张三');
    await page.getByLabel('电话').fill('13812345678');
    await page.getByRole('button', { name: '列入', exact: true }).click();
    await page.getByText('已保存').waitFor();
  }
  const table = page.getByRole('region', { name: '专项库' });
  assert.equal(await table.locator('tbody tr').count(), 2);
  assert.equal(await table.getByText('已过期').count(), 2);
  assert.equal((await page.content()).includes('13812345678'), false, 'the page holds the phone');
  await page.getByText('查看完整电话').click();
  await page.getByLabel('理由').fill('电话核实');
  await page.getByRole('button', { name: '查看', exact: true }).click();
  await table.getByText('13812345678').first().waitFor();
  await page.getByText('查看人：演示·经办人 jingban').waitFor();
  await shoot(page, 'object-revealed');
  await go(page, '/desk/libraries');
  await page.getByRole('link', { name: '特种设备使用单位库' }).click();
  assert.equal(await total(page), 2, 'a row a licence');
  await page.getByRole('link', { name: '在名录库中查看' }).click();
  assert.equal(await total(page), 1, 'one business');
  const reader = await as('chayue');
  await go(reader, `/desk/objects/${mine.number}`);
  await reader.getByText('138****5678').first().waitFor();
  assert.equal(await reader.getByText('查看完整电话').count(), 0);
  assert.equal(await reader.getByRole('main').getByRole('link', { name: '修改', exact: true }).count(), 0);
  await leave(page);
  await leave(reader);
});

inBrowser('another department sees the business only while it is responsible too', async () => {
  const [mine] = county.mine.filter((r) => r.number);
  const fire = await as('xiaofang');
  const own = county.rows.filter((r) => r.department === '消防救援大队').length;
  await go(fire, '/desk/objects');
  assert.equal(await total(fire), own);
  assert.equal((await go(fire, `/desk/objects/${mine.number}`)).status(), 404);
  assert.equal((await go(fire, `/desk/objects/${mine.number}/edit`)).status(), 404);
  const clerk = await as('jingban');
  await go(clerk, `/desk/objects/${mine.number}`);
  await clerk.getByLabel('增加责任部门').selectOption({ label: '消防救援大队' });
  await clerk.getByRole('button', { name: '增加', exact: true }).click();
  await clerk.getByText('已保存').waitFor();
  await go(fire, '/desk/objects');
  assert.equal(await total(fire), own + 1);
  assert.equal((await go(fire, `/desk/objects/${mine.number}`)).status(), 200);
  await clerk.getByRole('button', { name: '取消责任部门 消防救援大队' }).click();
  await clerk.getByText('已保存').waitFor();
  assert.equal((await go(fire, `/desk/objects/${mine.number}`)).status(), 404);
  await leave(fire);
  await leave(clerk);
});

inBrowser('an export holds the filtered rows with the chosen columns and is fetched from its job', async () => {
  const page = await as('jingban');
  const want = county.mine.filter((r) => r.risk === 'D' && r.state === '存续');
  await go(page, '/desk/objects?risk=D&state=active');
  await page.getByRole('link', { name: '导出', exact: true }).click();
  await page.getByText(`全部 ${want.length} 个检查对象`).waitFor();
  await page.getByLabel('文件格式').selectOption('csv');
  for (const box of await page.locator('.choices input').all()) await box.uncheck();
  await page.getByRole('button', { name: '开始导出' }).click();
  await page.getByText('请至少选择一列').waitFor();
  await page.getByLabel('检查对象名称').check();
  await page.getByLabel('统一社会信用代码').check();
  await page.getByLabel('文件格式').selectOption('csv');
  await page.getByRole('button', { name: '开始导出' }).click();
  await page.getByText(`共导出${want.length}个检查对象`).waitFor({ timeout: 30000 });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /下载/ }).click()]);
  const lines = readFileSync(await download.path(), 'utf8').replace('\ufeff', '').trim().split(/\r?\n/);
  assert.equal(lines[0], '统一社会信用代码,检查对象名称');
  assert.deepEqual(lines.slice(1).sort(), want.map((r) => `${r.number},${r.name}`).sort());
  await leave(page);
});

inBrowser('the vocabulary is the office’s to change, a closed word cannot be added any more', async () => {
  const office = await as('shuangsuiban');
  await go(office, '/desk/labels/new');
  await office.getByLabel('标签', { exact: true }).fill('剧本娱乐');
  await office.getByLabel('主题').fill('新业态');
  await office.getByRole('button', { name: '新建标签' }).click();
  await office.getByText('已保存').waitFor();
  await office.getByRole('row', { name: /剧本娱乐/ }).getByRole('link', { name: '修改' }).click();
  await office.getByLabel('状态').selectOption({ label: '停用' });
  await office.getByRole('button', { name: '保存' }).click();
  await office.getByText('已保存').waitFor();
  const clerk = await as('jingban');
  assert.equal((await go(clerk, '/desk/labels/new')).status(), 403);
  await go(clerk, '/desk/objects');
  await clerk.getByRole('checkbox', { name: /^选择 / }).first().check();
  await clerk.getByRole('button', { name: '加标签' }).click();
  const words = await clerk.getByLabel('标签', { exact: true }).locator('option').allTextContents();
  assert.ok(words.includes('食品经营') && !words.includes('剧本娱乐'), words.join());
  await leave(office);
  await leave(clerk);
});

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of the registry has a violation of level AA: ${size}`, async () => {
    const found = [];
    const [mine] = county.mine.filter((r) => r.number);
    const page = await as('shuangsuiban', viewport);
    const paths = ['/desk/objects', '/desk/objects?q=nobody', '/desk/objects?risk=D&label=-', '/desk/objects/new',
      `/desk/objects/${mine.number}`, `/desk/objects/${mine.number}/edit`, '/desk/objects/export?risk=D', '/desk/labels', '/desk/labels/new', '/desk/libraries', '/desk/libraries/new'];
    for (const path of paths) {
      await go(page, path);
      for (const fold of await page.locator('main details > summary').all()) if (await fold.isVisible()) await fold.click();
      found.push(...(await violations(page)).map((words) => `${path}: ${words}`));
      await shoot(page, `${size}-${path.replace(/\W+/g, '_')}`);
    }
    assert.deepEqual(found, []);
    await leave(page);
  });
