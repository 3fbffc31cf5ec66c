// What an English page still says in Chinese: text and spoken attributes with a Han character or
// Chinese punctuation that stand in no element marked as Chinese. Names and texts of officials are
// marked; whatever the portal says of itself must not need it.

// In the page. Of the title only what is no name shown on the page is looked at.
function look() {
  const chinese = /[\p{Script=Han}\u3000-\u303F\uFF00-\uFFEF]/u;
  const spoken = ['aria-label', 'title', 'alt', 'placeholder', 'data-label', 'label'];
  const marked = (element) => element.closest('[lang]').lang.startsWith('zh');
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (['SCRIPT', 'STYLE'].includes(element.tagName) || marked(element)) continue;
    const texts = node === element ? spoken.map((name) => element.getAttribute(name) ?? '') : [node.data];
    found.push(...texts.filter((text) => chinese.test(text)).map((text) => text.trim()));
  }
  const names = [...document.querySelectorAll('.brand [lang], h1[lang]')].map((e) => e.textContent);
  const title = names.reduce((text, name) => text.replace(name, ''), document.title);
  return chinese.test(title) ? [...found, `title: ${title}`] : found;
}

// Texts of an English page in Chromium that nothing marks as Chinese.
export async function unmarkedChinese(page) {
  const language = await page.evaluate(() => document.documentElement.lang);
  return language === 'en' ? page.evaluate(look) : [`the page is in “${language}”`];
}
