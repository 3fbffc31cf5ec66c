// What the workbench's browser tests share: a server over a folder, a person in a browser, signing
// in, axe-core, pictures.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bin, run } from './verify/kit.mjs';
import { axe } from './verify/site.mjs';

export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1366, height: 768 } };
const AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const shots = process.env.SUNLOT_SHOTS; // a folder for pictures to look at
const servers = [];

export async function serve(folder) {
  const process = spawn(bin, ['--data', folder, 'serve', '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(process);
  for await (const line of createInterface({ input: process.stdout })) {
    const site = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (site) return { site, folder, process };
  }
  return assert.fail('the server did not start');
}

// The demo county with the accounts' passwords.
export async function demo(folder) {
  run(bin, ['demo', folder]);
  const county = await serve(folder);
  const lines = readFileSync(join(folder, 'accounts.txt'), 'utf8').trim().split('\n');
  county.passwords = Object.fromEntries(lines.map((line) => line.trim().split(/\s+/)));
  return county;
}

export async function stop() {
  for (const server of servers) {
    if (server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    assert.equal(server.exitCode, 0, 'how the server ended');
  }
}

// Playwright's click and press end when the next page has begun, and reading at once (count,
// allTextContents, content) then finds half of it. Here they end when it is whole.
function whole(page) {
  const locator = Object.getPrototypeOf(page.locator('html'));
  if (Object.hasOwn(locator, 'whole')) return;
  locator.whole = true;
  for (const name of ['click', 'press']) {
    const act = locator[name];
    locator[name] = async function (...given) {
      await act.apply(this, given);
      await this.page().waitForLoadState('domcontentloaded');
    };
  }
}

export async function person(chromium, site, viewport = sizes.desktop) {
  const context = await chromium.newContext({ viewport });
  const page = await context.newPage();
  whole(page);
  page.troubles = [];
  const refused = /status of 4(00|01|03|04|09|13)/;
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !refused.test(m.text()) && page.troubles.push(`${page.url()} ${m.text()}`));
  page.on('pageerror', (error) => page.troubles.push(`${page.url()} ${error}`));
  page.site = site;
  return page;
}

// With `fresh` the password is changed, as everybody must whose password an administrator made.
export async function signIn(page, name, password, fresh = null) {
  await page.goto(`${page.site}/desk`);
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码').fill(password);
  await page.getByRole('button', { name: '登录' }).click();
  if (!fresh) return;
  await page.getByLabel('现在的密码').fill(password);
  await page.getByLabel('新密码', { exact: true }).fill(fresh);
  await page.getByLabel('再填一次新密码').fill(fresh);
  await page.getByRole('main').getByRole('button', { name: '修改密码' }).click();
  await page.getByText('密码已修改').waitFor();
}

export async function leave(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

export async function shoot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

// What axe-core says against level AA, and whether the page is wider than the window.
export async function violations(page) {
  await page.evaluate(axe());
  const { violations: found } = await page.evaluate((only) => window.axe.run(document, { runOnly: only, resultTypes: ['violations'], preload: false }), AA);
  const words = found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((n) => `${n.html} ${n.failureSummary}`).join(' ; ')}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const narrow = await page.evaluate(squeezed);
  return [...words, ...(wide > 0 ? [`${wide} px too wide`] : []), ...narrow];
}

// Where a table's rows are cards, cells that leave their words less than eight characters a line; else
// names of files that have less than a quarter of their table.
function squeezed() {
  const cells = [...document.querySelectorAll('main .cardy td')].filter((cell) => getComputedStyle(cell).display === 'flow-root');
  const room = (cell) => cell.clientWidth - parseFloat(getComputedStyle(cell).paddingLeft) - parseFloat(getComputedStyle(cell).paddingRight);
  const narrow = (cell) => room(cell) < 8 * parseFloat(getComputedStyle(cell).fontSize);
  const names = [...document.querySelectorAll('main .files td:first-child')].filter((cell) => getComputedStyle(cell).display === 'table-cell');
  const pinched = (cell) => cell.offsetWidth < cell.closest('table').offsetWidth / 4;
  return [...cells.filter(narrow), ...names.filter(pinched)].slice(0, 3).map((cell) => `squeezed to ${room(cell)} px: ${cell.textContent.trim().slice(0, 30)}`);
}
