// One demo county for a whole file of browser tests: started before them, stopped behind them; and
// the people at their browsers.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import * as kit from './desk_kit.mjs';
import { havePeer, scratch } from './verify/kit.mjs';
import { browser } from './verify/site.mjs';

export { leave, serve, shoot, signIn, sizes, violations } from './desk_kit.mjs';
export let county = null; // { site, folder, process, passwords }
let chromium = null;
const people = new Map();
let first = async () => {};

// What a file does to the county before its first test. Not a before() of its own: Node begins those
// of one file all at once.
export function prepare(work) {
  first = work;
}

before(async () => {
  if (havePeer) chromium = await browser();
  if (!chromium) return;
  county = await kit.demo(scratch('county'));
  await first();
});

after(async () => {
  await chromium?.close();
  await kit.stop();
});

export function inBrowser(name, work) {
  test(name, async (t) => {
    if (!chromium) return t.diagnostic('not run: no Chromium, packages or program here');
    return work(t);
  });
}

// The page of somebody who has not signed in.
export const visitor = (site = county.site, viewport) => kit.person(chromium, site, viewport);

// A new session of a person, whose test ends it by leave().
export async function as(name, viewport) {
  const page = await visitor(county.site, viewport);
  await kit.signIn(page, name, county.passwords[name]);
  return page;
}

// The page of a person who stays signed in for the whole file.
export async function person(name, viewport = kit.sizes.desktop) {
  if (!people.has(name)) {
    const page = await as(name, viewport);
    await page.getByRole('button', { name: '退出登录' }).waitFor();
    people.set(name, page);
  }
  const page = people.get(name);
  await page.setViewportSize(viewport);
  return page;
}

// The menu on the left.
export const menu = (page, name) => page.locator('.side').getByRole('link', { name, exact: true }).click();

// Status and first two characters of what the browser gets for an address.
export const get = (page, path) => page.evaluate(async (url) => {
  const answer = await fetch(url);
  return [answer.status, (await answer.text()).slice(0, 2)];
}, path);

// A table file.
export function table(name, text) {
  const path = scratch(name);
  writeFileSync(path, text);
  return path;
}

// Uploads a file in the first step of an import and waits for what its check says. `more` fills in
// what else the form asks for.
export async function upload(page, kind, path, more = async () => {}) {
  await page.goto(`${county.site}/desk/import/${kind}`);
  await page.getByLabel('文件', { exact: true }).setInputFiles(path);
  await more(page);
  await page.getByRole('button', { name: '上传并核对' }).click();
  await page.locator('.figures, .banner.bad').first().waitFor({ timeout: 60000 });
}

// The second step; what the job says when it has ended.
export async function confirm(page) {
  await page.getByRole('button', { name: /确认导入/ }).click();
  const row = page.locator('.pairs div', { hasText: '结果' }).first();
  await row.waitFor({ timeout: 60000 });
  return row.locator('dd').textContent();
}

// Every page of a flow is looked at in both widths; its pictures are named after the flow.
export function looker(flow) {
  return async (page, name) => {
    const found = [];
    for (const [size, viewport] of Object.entries(kit.sizes)) {
      await page.setViewportSize(viewport);
      found.push(...(await kit.violations(page)).map((words) => `${name} ${size}: ${words}`));
      await kit.shoot(page, `${flow}-${size}-${name}`);
    }
    await page.setViewportSize(kit.sizes.desktop);
    assert.deepEqual(found, []);
  };
}
