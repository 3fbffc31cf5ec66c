// The catalogue in Debian's Chromium: a clerk drafts, a reviewer returns and agrees, the office
// publishes, the portal shows it; a superior's list is claimed and declined; every page at phone and
// desktop width with axe-core.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { as, county, inBrowser, leave, menu, prepare, shoot, sizes, violations } from './desk_county.mjs';
import { bin, run } from './verify/kit.mjs';

const province = `序号,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查内容,检查依据
1,计量监督,集贸市场计量检查,集贸市场,一般,现场检查,县级,计量器具检定情况,《计量法》第九条
2,海事监管,内河船舶检查,船舶,一般,实地核查,市级海事机构,船舶证书,《内河交通安全管理条例》
3,认证监督,强制性产品认证检查,生产企业,重点,现场检查、书面检查,县级,证书状态,《认证认可条例》第二十七条
`;

prepare(() => {
  const list = `${county.folder}/province.csv`;
  writeFileSync(list, province);
  run(bin, ['--data', county.folder, 'import', 'items', list, '--superior', '某省随机抽查事项清单（2026年版）']);
});

inBrowser('a draft is written, returned, mended, agreed to, published, and stands on the portal', async () => {
  const clerk = await as('jingban');
  await menu(clerk, '抽查事项清单');
  await clerk.getByRole('link', { name: '起草新事项' }).click();
  await clerk.getByLabel('抽查类别', { exact: true }).fill('价格监督');
  await clerk.getByLabel('抽查事项', { exact: true }).fill('明码标价检查');
  await clerk.getByLabel('抽查比例上限').fill('50%');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByText('不得高于').waitFor();
  assert.equal(await clerk.getByLabel('抽查事项', { exact: true }).inputValue(), '明码标价检查', 'what was typed is kept');
  await shoot(clerk, 'desktop-draft-refused');
  await clerk.getByLabel('抽查比例上限').fill('5%');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByText('已保存').waitFor();
  await clerk.getByRole('button', { name: '提交审查' }).click();
  await clerk.getByText('还没有填写“检查对象”').waitFor();
  await shoot(clerk, 'desktop-draft-incomplete');
  await clerk.getByRole('link', { name: '修改', exact: true }).click();
  await clerk.getByLabel('检查对象', { exact: true }).fill('商场、超市');
  await clerk.getByLabel('检查主体').fill('县级市场监管部门');
  await clerk.getByLabel('检查内容').fill('是否明码标价\n是否在标价之外加价');
  await clerk.getByLabel('检查方式').fill('现场检查');
  await clerk.getByLabel('检查依据').fill('《价格法》第十三条');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByRole('button', { name: '提交审查' }).click();
  await clerk.getByText('已提交审查').waitFor();
  const draft = new URL(clerk.url()).pathname;

  const reviewer = await as('shenhe');
  await menu(reviewer, '草稿、审查和公布');
  await reviewer.getByRole('link', { name: '待我审查' }).click();
  await reviewer.getByRole('link', { name: '明码标价检查' }).click();
  await reviewer.getByRole('button', { name: '退回' }).click();
  await reviewer.getByText('退回须写明审查意见').waitFor();
  await shoot(reviewer, 'desktop-draft-review');
  await reviewer.getByLabel('审查意见').fill('依据应写明条款');
  await reviewer.getByRole('button', { name: '退回' }).click();
  await reviewer.getByText('已退回起草人').waitFor();

  await clerk.goto(county.site + draft);
  await clerk.getByText('依据应写明条款').waitFor();
  await clerk.getByRole('link', { name: '修改', exact: true }).click();
  await clerk.getByLabel('检查依据').fill('《价格法》第十三条、第四十二条');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.getByRole('button', { name: '提交审查' }).click();
  await clerk.getByText('已提交审查').waitFor();
  await reviewer.goto(county.site + draft);
  await reviewer.getByRole('button', { name: '同意' }).click();
  await reviewer.getByText('等待公布').waitFor();
  assert.equal(await reviewer.getByRole('button', { name: '公布' }).count(), 0, 'a reviewer does not publish');

  const office = await as('shuangsuiban');
  await menu(office, '草稿、审查和公布');
  await office.getByRole('link', { name: '待公布' }).click();
  await office.getByLabel('选择 明码标价检查').check();
  await shoot(office, 'desktop-drafts-approved');
  await office.getByRole('button', { name: '公布' }).click();
  await office.getByLabel('公布文号').fill('示双随机办〔2026〕3号');
  await shoot(office, 'desktop-publish');
  await office.getByRole('button', { name: '公布' }).click();
  await office.getByText('已公布').first().waitFor();
  await menu(office, '抽查事项清单');
  await office.getByLabel('事项、类别或编码').fill('明码标价');
  await office.getByRole('button', { name: '搜索' }).click();
  await office.getByRole('link', { name: '明码标价检查' }).click();
  await shoot(office, 'desktop-item-new');
  const portal = await office.getByRole('link', { name: '在公示平台查看' }).getAttribute('href');
  await office.goto(county.site + portal);
  assert.match(await office.content(), /第四十二条/, 'the portal shows the version');
  for (const page of [clerk, reviewer, office]) await leave(page);
});

inBrowser('a change shows what differs, and holds from its day on', async () => {
  const clerk = await as('jingban');
  await clerk.goto(`${county.site}/desk/items`);
  await clerk.locator('.unit summary').filter({ hasText: '市场监督管理局' }).first().click();
  await clerk.locator('.unit[open] li a').first().click();
  await clerk.getByRole('link', { name: '起草变更' }).click();
  await clerk.getByLabel('检查内容').fill('新的检查内容');
  await clerk.getByLabel('变更理由').fill('条例修订');
  await clerk.getByRole('button', { name: '保存草稿' }).click();
  await clerk.locator('ins', { hasText: '新的检查内容' }).waitFor();
  await shoot(clerk, 'desktop-draft-change');
  await clerk.getByRole('button', { name: '提交审查' }).click();
  const path = new URL(clerk.url()).pathname;
  const reviewer = await as('shenhe');
  await reviewer.goto(county.site + path);
  await reviewer.getByRole('button', { name: '同意' }).click();
  const office = await as('shuangsuiban');
  await office.goto(county.site + path);
  await office.getByRole('button', { name: '公布' }).click();
  const later = new Date(Date.now() + 40 * 86400e3).toISOString().slice(0, 10);
  await office.getByLabel('施行日期').fill(later);
  await office.getByRole('button', { name: '公布' }).click();
  await office.getByText('已公布').first().waitFor();
  await office.goto(county.site + path);
  await office.locator('dd a').first().click();
  await office.getByText('待施行').waitFor();
  assert.equal(await office.getByRole('link', { name: '起草变更' }).count(), 0, 'one coming version at a time');
  await shoot(office, 'desktop-item-coming');
  await office.getByText('撤回尚未施行的版本').click();
  await office.getByLabel('撤回理由').fill('上级未同意');
  await office.getByRole('button', { name: '撤回' }).click();
  await office.locator('.banner').getByText('已撤回').waitFor();
  for (const page of [clerk, reviewer, office]) await leave(page);
});

inBrowser('a superior list is claimed, declined and handed on', async () => {
  const clerk = await as('jingban');
  await menu(clerk, '上级清单认领');
  await shoot(clerk, 'desktop-superior');
  await clerk.getByLabel('选择 集贸市场计量检查').check();
  await clerk.getByLabel('选择 强制性产品认证检查').check();
  await clerk.getByRole('button', { name: '认领', exact: true }).click();
  await shoot(clerk, 'desktop-superior-claim');
  await clerk.getByRole('button', { name: '认领' }).click();
  await clerk.getByText('已认领；有变化的').waitFor();
  await clerk.getByLabel('选择 内河船舶检查').check();
  await clerk.getByRole('button', { name: '不认领' }).click();
  await clerk.getByLabel('理由').fill('本县无通航水域');
  await clerk.getByRole('button', { name: '不认领' }).click();
  await clerk.getByText('已登记为不认领').waitFor();
  await clerk.getByRole('link', { name: '强制性产品认证检查' }).click();
  await clerk.getByRole('link', { name: '查看草稿' }).click();
  await clerk.getByText('认领上级清单《某省').first().waitFor();
  const office = await as('shuangsuiban');
  await office.goto(`${county.site}/desk/superior?state=declined`);
  await office.getByText('本县无通航水域').waitFor();
  await office.getByLabel('选择 内河船舶检查').check();
  await office.getByRole('button', { name: '分派给部门' }).click();
  await office.getByLabel('部门').selectOption({ index: 2 });
  await office.getByRole('button', { name: '分派' }).click();
  await office.getByText('已分派').waitFor();
  await leave(clerk);
  await leave(office);
});

inBrowser('a check outside the draw is noted with its ground', async () => {
  const clerk = await as('jingban');
  await menu(clerk, '非随机检查登记');
  await clerk.getByRole('link', { name: '登记', exact: true }).click();
  await clerk.getByLabel('检查对象').fill('红星饭店');
  await clerk.getByLabel('检查日期').fill('2026-03-02');
  await clerk.getByLabel('检查来源').selectOption({ label: '投诉举报' });
  await clerk.getByLabel('法定依据和事由').fill('《食品安全法》第一百一十条');
  await clerk.getByRole('button', { name: '登记' }).click();
  await clerk.getByText('红星饭店').waitFor();
  await shoot(clerk, 'desktop-outside');
  await leave(clerk);
});

const paths = ['/desk/items', '/desk/items?q=%E6%A3%80%E6%9F%A5', '/desk/joint', '/desk/drafts', '/desk/drafts?state=published', '/desk/superior', '/desk/outside'];
const edits = ['/desk/drafts/new?kind=new', '/desk/outside/new'];

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of the catalogue has a violation of level AA: ${size}`, async (t) => {
    const found = [];
    let count = 0;
    for (const name of ['jingban', 'shenhe', 'shuangsuiban', 'chayue']) {
      const page = await as(name, viewport);
      const seen = new Set(name === 'chayue' ? paths.slice(0, 3) : name === 'shenhe' ? paths : [...paths, ...edits]);
      for (const path of seen) {
        await page.goto(county.site + path);
        count++;
        found.push(...(await violations(page)).map((words) => `${name} ${path}: ${words}`));
        await shoot(page, `${size}-${name}-${decodeURIComponent(path).replace(/[^\w]+/g, '_')}`);
        const links = await page.locator('main a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
        const first = links.find((href) => /^\/desk\/(items|drafts|superior)\/[^/?]+(\?|$)/.test(href) && !href.includes('/new'));
        if (first && seen.size < 16) seen.add(first.split('?')[0]);
      }
      await leave(page);
    }
    assert.deepEqual(found, []);
    t.diagnostic(`${count} pages`);
  });
