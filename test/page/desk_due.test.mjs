// What results are owed, in Chromium: the count on the first page, the list behind it, its export;
// the same of what citizens wrote;
// and what holds for every page of the workbench: the keyboard alone, very long names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import * as kit from './desk_kit.mjs';
import { demo, leave, shoot, signIn, sizes, stop, violations } from './desk_kit.mjs';
import { bin, havePeer, run, scratch } from './verify/kit.mjs';
import { browser } from './verify/site.mjs';

let chromium = null;
let county = null;

before(async () => {
  if (havePeer) chromium = await browser();
  if (chromium) county = await demo(scratch('county'));
});

after(async () => {
  await chromium?.close();
  await stop();
});

function inBrowser(name, work) {
  test(name, async (t) => {
    if (!chromium) return t.diagnostic('not run: no Chromium, packages or program here');
    return work(t);
  });
}

async function as(name, viewport = sizes.desktop) {
  const page = await kit.person(chromium, county.site, viewport);
  await signIn(page, name, county.passwords[name]);
  return page;
}

const total = async (page) => Number(/\d+/.exec(await page.locator('.total').textContent())[0]);
const column = (page, label) => page.locator(`tbody td[data-label="${label}"]`).allTextContents().then((all) => all.map((text) => text.trim()));

inBrowser('the count of the first page opens the list of as many, bound to the department', async () => {
  const page = await as('jingban');
  await shoot(page, 'desktop-home-due');
  assert.equal(await page.getByRole('link', { name: '即将到期' }).count(), 0, 'thirty days are left');
  run(bin, ['--data', county.folder, 'setting', 'result.due-soon', '60', '--basis', '试验']);
  await page.goto(`${county.site}/desk`);
  const soon = page.getByRole('link', { name: '户次抽查结果即将到期' });
  const count = Number(await soon.locator('b').textContent());
  await soon.click();
  assert.equal(await total(page), count);
  assert.ok(count > 100, `${count} rows`);
  assert.equal(await page.locator('.filter [name=state]').inputValue(), 'soon');
  assert.deepEqual([...new Set(await column(page, '检查部门'))], ['市场监督管理局']);
  await shoot(page, 'desktop-due');
  run(bin, ['--data', county.folder, 'setting', 'result.due-soon', '5', '--basis', '试验']);
  await page.reload();
  assert.equal(await total(page), 0);
  await page.getByText('没有符合条件的').waitFor();
  const other = await as('xiaofang');
  await other.goto(`${county.site}/desk/due`);
  await other.getByText('没有待公示的抽查结果').waitFor();
  await shoot(other, 'desktop-due-empty');
  const auditor = await as('shenji');
  assert.equal(await auditor.locator('.side').getByRole('link', { name: '待公示抽查结果' }).count(), 0);
  for (const one of [page, other, auditor]) await leave(one);
});

inBrowser('an inspector sees the objects that he sits for; a name is found, and leaves as a table', async () => {
  const page = await as('jiancha');
  await page.getByRole('link', { name: '户次抽查结果待公示' }).click();
  const teams = await column(page, '检查组');
  assert.ok(teams.length > 0 && teams.every((team) => team.includes('演示人员001')), teams.join());
  const [first] = await column(page, '检查对象');
  const name = first.replace(/ 封存$/, '');
  assert.notEqual(name, first, 'what the sealed draw drew says so');
  await page.getByLabel('检查对象名称或编号').fill(name);
  await page.getByRole('button', { name: '搜索' }).click();
  assert.deepEqual([...new Set(await column(page, '检查对象'))], [first]);
  const found = await total(page);
  await page.getByRole('link', { name: '导出', exact: true }).click();
  await page.getByText(`共 ${found} 户次`).waitFor();
  await page.getByLabel('文件格式').selectOption('csv');
  await page.getByLabel('抽取编号').uncheck();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出' }).click()]);
  const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
  assert.equal(lines.length, found + 1);
  assert.ok(lines[0].startsWith('检查对象,对象编号,抽查任务,任务编号,检查部门,检查组,待办,期限'), lines[0]);
  assert.ok(lines[1].startsWith(name), lines[1]);
  for (const box of await page.getByRole('checkbox').all()) await box.uncheck();
  await page.getByRole('button', { name: '导出' }).click();
  await page.getByText('请至少选择一列').waitFor();
  assert.equal(await page.getByLabel('文件格式').inputValue(), 'csv', 'what was chosen is kept');
  await shoot(page, 'desktop-due-export-refused');
  await leave(page);
});

// The element that has the focus must show it.
async function focused(page) {
  return page.evaluate(() => {
    const e = document.activeElement;
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    return { words: (e.innerText || e.getAttribute('aria-label') || e.name || '').trim(), shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, seen: box.width > 0 && box.height > 0 };
  });
}

async function tabTo(page, words) {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    assert.ok(at.shown && at.seen, `the focus is not visible at ${at.words}`);
    if (at.words === words) return;
  }
  assert.fail(`${words} is not reached`);
}

inBrowser('the keyboard alone signs in, opens the menu, filters, and mends a form', async () => {
  const page = await kit.person(chromium, county.site);
  await page.goto(`${county.site}/desk`);
  await tabTo(page, 'name');
  await page.keyboard.type('jingban');
  await tabTo(page, 'password');
  await page.keyboard.type(county.passwords.jingban);
  await page.keyboard.press('Enter');
  await page.getByText('您好').waitFor();
  await page.keyboard.press('Tab');
  assert.equal((await focused(page)).words, '跳到正文');
  await tabTo(page, '待公示抽查结果');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/desk\/due/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // to the text
  await tabTo(page, 'q');
  await page.keyboard.type('没有这家企业');
  await page.keyboard.press('Enter');
  await page.getByText('没有符合条件的').waitFor();
  await page.goto(`${county.site}/desk/outside/new`);
  await tabTo(page, 'object');
  await page.keyboard.type('没有这家企业');
  await tabTo(page, 'checked_on');
  await page.keyboard.type('01012099');
  await tabTo(page, 'ground');
  await page.keyboard.type('投诉举报');
  await tabTo(page, '登记');
  await page.keyboard.press('Enter');
  await page.locator('.wrong [aria-invalid=true]').first().waitFor();
  assert.equal(await page.locator('[name=ground]').inputValue(), '投诉举报', 'what was typed is kept');
  const described = await page.locator('[aria-invalid=true]').first().getAttribute('aria-describedby');
  assert.notEqual((await page.locator(`#${described}`).textContent()).trim(), '', 'the field says what is wrong');
  await shoot(page, 'desktop-keyboard-refused');
  await leave(page);
});

inBrowser("a citizen's words: thanks that survive a reload, a count that opens the list, a note that ends it", async () => {
  const office = await as('shuangsuiban');
  await office.goto(`${county.site}/desk/feedback`);
  await office.getByText('还没有公众意见').waitFor();
  await shoot(office, 'desktop-feedback-empty');
  const citizen = await kit.person(chromium, county.site);
  await citizen.goto(`${county.site}/draws`);
  const draw = (await citizen.getByRole('main').locator('a[href^="/draws/"]').first().textContent()).trim();
  await citizen.goto(`${county.site}/feedback?lang=zh`);
  await citizen.getByLabel('所涉编号').fill(draw);
  await citizen.getByLabel('您的意见').fill('这次抽取的名单能不能早一点公示？' + '长'.repeat(80));
  await citizen.getByLabel('联系方式').fill('13912345678');
  await citizen.getByRole('button', { name: '提交' }).click();
  await citizen.getByText('已收到').waitFor();
  assert.match(citizen.url(), /\/feedback\?sent=1&lang=zh$/);
  await shoot(citizen, 'desktop-feedback-thanks');
  await citizen.reload();
  await citizen.getByText('已收到').waitFor();
  assert.deepEqual(await violations(citizen), []);
  await leave(citizen);
  await office.goto(`${county.site}/desk`);
  const todo = office.getByRole('link', { name: '条公众意见待办理' });
  assert.equal(await todo.locator('b').textContent(), '1');
  await todo.click();
  assert.equal(await total(office), 1);
  assert.deepEqual(await column(office, '联系方式'), ['139****5678']);
  assert.deepEqual(await column(office, '所涉编号'), [draw]);
  assert.deepEqual(await column(office, '涉及部门'), ['市场监督管理局']);
  const pages = [office.url()];
  await office.locator('tbody a').first().click();
  pages.push(office.url());
  assert.equal(await office.getByText('13912345678').count(), 0);
  await office.locator('details.confirm summary').click();
  await office.getByLabel('理由').fill('电话答复');
  await office.getByRole('button', { name: '查看' }).click();
  await office.getByText('13912345678').waitFor();
  await shoot(office, 'desktop-feedback-revealed');
  await office.goto(pages[1]);
  await office.getByLabel('办理情况').fill('长'.repeat(900));
  await office.getByRole('button', { name: '保存' }).click();
  await office.getByText('请写明办理情况').waitFor();
  assert.equal((await office.getByLabel('办理情况').inputValue()).length, 900, 'what was typed is lost');
  for (const [size, viewport] of Object.entries(sizes)) {
    await office.setViewportSize(viewport);
    for (const path of pages) {
      await office.goto(path);
      assert.deepEqual(await violations(office), [], path);
      await shoot(office, `${size}-feedback-${path.includes('/feedback?') ? 'list' : 'one'}`);
    }
  }
  await office.getByRole('main').getByLabel('状态').selectOption('done');
  await office.getByLabel('办理情况').fill('已电话答复');
  await office.getByRole('button', { name: '保存' }).click();
  await office.getByText('已保存').waitFor();
  await office.goto(`${county.site}/desk/feedback?state=done`);
  assert.deepEqual(await column(office, '办理情况'), ['已电话答复']);
  assert.deepEqual(await column(office, '办理人'), ['shuangsuiban']);
  await office.goto(`${county.site}/desk`);
  assert.equal(await office.getByRole('link', { name: '条公众意见' }).count(), 0);
  const other = await as('xiaofang');
  await other.goto(`${county.site}/desk/feedback`);
  await other.getByText('还没有公众意见').waitFor();
  for (const one of [office, other]) await leave(one);
});

inBrowser('a name of two hundred characters widens no page', async () => {
  const office = await as('shuangsuiban');
  await office.goto(`${county.site}/desk/due?size=2000`);
  const name = '长'.repeat(100) + 'UNBROKEN'.repeat(12);
  await office.getByRole('link', { name: '检查对象名录库' }).first().click();
  await office.locator('tbody a').nth(1).click();
  await office.getByRole('main').getByRole('link', { name: '修改', exact: true }).click();
  await office.getByLabel('检查对象名称').fill(name);
  await office.locator('[name=reason]').fill('变更登记');
  await office.getByRole('button', { name: '保存' }).click();
  await office.getByText('已保存').waitFor();
  const address = office.url();
  await leave(office);
  for (const viewport of Object.values(sizes)) {
    const page = await as('shuangsuiban', viewport);
    for (const path of [address, `${county.site}/desk/objects?q=UNBROKEN`]) {
      await page.goto(path);
      await page.getByText(name).first().waitFor();
      assert.deepEqual(await violations(page), [], path);
      await shoot(page, `${viewport.width}-long-${path.includes('?q') ? 'list' : 'page'}`);
    }
    await leave(page);
  }
});

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page has a violation of level AA, in normal and in large type: ${size}`, async () => {
    const found = [];
    const page = await as('shuangsuiban', viewport);
    for (const type of ['normal', 'large']) {
      for (const path of ['/desk', '/desk/due', '/desk/due?state=overdue', '/desk/due/export']) {
        await page.goto(county.site + path);
        found.push(...(await violations(page)).map((words) => `${type} ${path}: ${words}`));
        await shoot(page, `${size}-${type}${path.replace(/\W+/g, '-')}`);
      }
      await page.getByRole('button', { name: type === 'normal' ? '大字' : '标准字' }).click();
    }
    await leave(page);
    assert.deepEqual(found, []);
  });
