// One demo county for a whole file of browser tests: started before them, stopped behind them, with
// one signed-in page a person.
import { after, before, test } from 'node:test';
import * as kit from './desk_kit.mjs';
import { havePeer, scratch } from './verify/kit.mjs';
import { browser } from './verify/site.mjs';

export { shoot, sizes, violations } from './desk_kit.mjs';
export let county = null; // { site, folder, process, passwords }
let chromium = null;
const people = new Map();

before(async () => {
  if (havePeer) chromium = await browser();
  if (chromium) county = await kit.demo(scratch('county'));
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

// The signed-in page of a person; one session each for the whole file.
export async function person(name, viewport = kit.sizes.desktop) {
  if (!people.has(name)) {
    const page = await kit.person(chromium, county.site, viewport);
    await kit.signIn(page, name, county.passwords[name]);
    await page.getByRole('button', { name: '退出登录' }).waitFor();
    people.set(name, page);
  }
  const page = people.get(name);
  await page.setViewportSize(viewport);
  return page;
}

// Status and first two characters of what the browser gets for an address.
export const get = (page, path) => page.evaluate(async (url) => {
  const answer = await fetch(url);
  return [answer.status, (await answer.text()).slice(0, 2)];
}, path);
