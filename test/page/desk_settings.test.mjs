// Settings, dictionaries and the calendar in Debian's Chromium; the password asked for again before
// rights are handed out; a form of another site that changes nothing (SECURITY.md ID11, WB2).
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { as, county, inBrowser, leave, menu, prepare, shoot, signIn, sizes, violations, visitor } from './desk_county.mjs';
import { bin, run, scratch } from './verify/kit.mjs';

const fresh = { xitong: 'Neu5-garten-Tor', anquan: 'Neu6-garten-Tor' };

prepare(async () => {
  for (const [name, password] of Object.entries(fresh)) {
    const page = await visitor();
    await signIn(page, name, county.passwords[name], password);
    county.passwords[name] = password;
    await leave(page);
  }
});

inBrowser('a setting is changed after its effect was shown, and its versions tell who and what', async () => {
  const page = await as('xitong');
  await menu(page, '系统设置');
  await shoot(page, 'desktop-settings');
  await page.getByRole('link', { name: '检查结果产生后公示的期限' }).click();
  await page.getByRole('link', { name: '修改', exact: true }).click();
  await page.getByLabel('检查结果产生后公示的期限').fill('0');
  await page.getByLabel('依据').fill('示双随机办〔2026〕5号');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByText('不得小于 1').waitFor();
  assert.equal(await page.getByLabel('依据').inputValue(), '示双随机办〔2026〕5号', 'what was typed is kept');
  await page.getByLabel('检查结果产生后公示的期限').fill('15');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByText('已录入未公示的结果').waitFor();
  await shoot(page, 'desktop-setting-impact');
  await page.getByLabel('检查结果产生后公示的期限').fill('10'); // changed since: looked at anew
  await page.getByRole('button', { name: '确认修改' }).click();
  await page.locator('.card strong').getByText('10 工作日').waitFor();
  await page.getByRole('button', { name: '确认修改' }).click();
  await page.locator('.banner').getByText('已保存').waitFor();
  await page.getByRole('cell', { name: '20 工作日' }).waitFor();
  await shoot(page, 'desktop-setting-versions');
  await page.goto(`${county.site}/desk/settings/site.name/edit`);
  await page.getByLabel('公示平台和工作台的名称').fill('某市某区');
  await page.getByLabel('依据').fill('区政府决定');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('button', { name: '确认修改' }).click();
  await page.locator('.brand').getByText('某市某区').waitFor();
  await page.goto(`${county.site}/`);
  assert.match(await page.content(), /某市某区/, 'the portal carries the name');
  await leave(page);
});

inBrowser('a word is added to a dictionary that may grow, and to no other', async () => {
  const page = await as('xitong');
  await menu(page, '字典');
  await page.getByRole('link', { name: '检查方式' }).click();
  await page.getByRole('link', { name: '增加', exact: true }).click();
  await page.getByLabel('词', { exact: true }).fill('现场检查');
  await page.getByLabel('依据').fill('本地规定');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('字典里已有这个词').waitFor();
  await page.getByLabel('词', { exact: true }).fill('视频巡查');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('cell', { name: '视频巡查' }).waitFor();
  await shoot(page, 'desktop-dictionary');
  await page.goto(`${county.site}/desk/dictionaries/result-codes`);
  assert.equal(await page.getByRole('link', { name: '增加', exact: true }).count(), 0);
  await leave(page);
});

inBrowser("a year's working days are uploaded, looked at and confirmed", async () => {
  const rows = ['日期,是否工作日'];
  for (let day = Date.UTC(2027, 0, 1); day < Date.UTC(2028, 0, 1); day += 86400e3) {
    const date = new Date(day);
    const works = date.getUTCDay() % 6 !== 0 && day !== Date.UTC(2027, 0, 1);
    rows.push(`${date.toISOString().slice(0, 10)},${works ? '是' : '否'}`);
  }
  const file = scratch('2027.csv');
  writeFileSync(file, rows.slice(0, 200).join('\n'));
  const page = await as('xitong');
  await menu(page, '工作日历');
  await page.getByRole('link', { name: '2027 年' }).click();
  await page.getByText('没有 2027 年的工作日表').waitFor();
  await shoot(page, 'desktop-calendar-unknown');
  await page.getByRole('link', { name: '导入一年的工作日表' }).click();
  await page.getByLabel('文件').setInputFiles(file);
  await page.getByLabel('依据').fill('国办发明电〔2026〕7号');
  await page.getByRole('button', { name: '上传并核对' }).click();
  await page.getByText('缺少 2027-07-19').waitFor();
  assert.equal(await page.getByLabel('依据').inputValue(), '国办发明电〔2026〕7号', 'what was typed is kept');
  writeFileSync(file, rows.join('\n'));
  await page.getByLabel('文件').setInputFiles(file);
  await page.getByRole('button', { name: '上传并核对' }).click();
  await page.getByText('与现在不同的日子：1 天').waitFor();
  await page.getByRole('cell', { name: '2027-01-01' }).waitFor();
  await shoot(page, 'desktop-calendar-preview');
  await page.getByRole('button', { name: '确认导入' }).click();
  await page.locator('.banner').getByText('已保存').waitFor();
  await page.getByRole('cell', { name: '国办发明电〔2026〕7号' }).waitFor();
  await shoot(page, 'desktop-calendar');
  await leave(page);
});

inBrowser('ID11: granting asks for the password again when it was typed long ago', async () => {
  run(bin, ['--data', county.folder, 'setting', 'session.prove', '1', '--basis', '试验']);
  const page = await as('anquan');
  await page.goto(`${county.site}/desk/accounts?q=chayue`);
  await page.getByRole('link', { name: '授权' }).first().click();
  await page.locator('select[name=role]').selectOption({ label: '专家' });
  await new Promise((done) => setTimeout(done, 61e3));
  await page.getByRole('button', { name: '授予' }).click();
  await page.getByText('请再次输入您的登录密码').waitFor();
  assert.deepEqual(await violations(page), []);
  await shoot(page, 'desktop-prove');
  await page.getByLabel('密码').fill('Falsch-kenn-1');
  await page.getByRole('button', { name: '确认并继续' }).click();
  await page.getByText('密码不正确，没有执行').waitFor();
  await page.getByLabel('密码').fill(fresh.anquan);
  await page.getByRole('button', { name: '确认并继续' }).click();
  await page.getByText('已授予').waitFor();
  await leave(page);
  run(bin, ['--data', county.folder, 'setting', 'session.prove', '5', '--basis', '试验']);
});

inBrowser('WB2: no form of another site changes anything, whichever route it aims at', async (t) => {
  const text = readFileSync(new URL('../../src/page/routes.c', import.meta.url), 'utf8');
  const posts = [...text.matchAll(/\{WEB_POST,\s*"(\/desk[^"]*)"/g)].map(([, path]) => path.replace(/\{\w+\*?\}/g, '1'));
  const other = createServer((request, response) => {
    const to = new URL(request.url, 'http://x').searchParams.get('to');
    response.setHeader('Content-Type', 'text/html');
    const names = { '/desk/sign-in': ['name', 'password'], '/desk/setup': ['code'] }[to] ?? ['value', 'basis', 'role'];
    response.end(`<form method="post" action="${county.site}${to}">${names.map((n) => `<input name="${n}" value="evil">`).join('')}<button>go</button></form>`);
  });
  await new Promise((done) => other.listen(0, '127.0.0.1', done));
  const page = await as('xitong');
  const before = run(bin, ['--data', county.folder, 'setting']);
  const statuses = new Set();
  for (const path of posts) {
    // another origin on the same site (127.0.0.1, another port), and another site (localhost)
    for (const host of ['127.0.0.1', 'localhost']) {
      await page.goto(`http://${host}:${other.address().port}/?to=${encodeURIComponent(path)}`);
      const [answer] = await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'go' }).click()]);
      const denied = [401, 403, 415].includes(answer.status()) || (path === '/desk/sign-in' && answer.status() === 403);
      statuses.add(answer.status());
      assert.ok(denied, `${path} from ${host}: ${answer.status()}`);
    }
  }
  await page.goto(`${county.site}/desk/settings`);
  assert.equal(await page.getByRole('button', { name: '退出登录' }).count(), 1, 'the session outlived all of it');
  assert.equal(run(bin, ['--data', county.folder, 'setting']), before);
  assert.ok(posts.length >= 40, `${posts.length} routes`);
  other.close();
  t.diagnostic(`${posts.length} routes, answers ${[...statuses].join(' ')}`);
  await page.context().close();
});

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page of the settings has a violation of level AA: ${size}`, async (t) => {
    const found = [];
    let count = 0;
    const paths = ['/desk', '/desk/settings', '/desk/settings/item.general-cap', '/desk/settings/item.general-cap/edit', '/desk/dictionaries', '/desk/dictionaries/methods', '/desk/dictionaries/methods/word', '/desk/calendar', '/desk/calendar?year=2030', '/desk/calendar/import'];
    const more = { xitong: paths, shuangsuiban: ['/desk', '/desk/settings', '/desk/calendar'], jingban: ['/desk'] };
    for (const [name, pages] of Object.entries(more)) {
      const page = await as(name, viewport);
      for (const path of pages) {
        await page.goto(county.site + path);
        count++;
        found.push(...(await violations(page)).map((words) => `${name} ${path}: ${words}`));
        await shoot(page, `${size}-set-${name}-${path.replace(/[^\w]+/g, '_')}`);
      }
      await leave(page);
    }
    assert.deepEqual(found, []);
    t.diagnostic(`${count} pages`);
  });
