// Elements of the page, changed only where they differ: the browser would lay them out again.

export const $ = (id) => document.getElementById(id);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setTitle(element, text) {
  if (element.title !== text) element.title = text;
}

/** Keeps as many children as there are items, and shows each item in its child. */
export function each(parent, items, make, show) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  items.forEach((item, i) => {
    if (!parent.children[i]) parent.append(make());
    show(parent.children[i], item, i);
  });
}

/** An element with children: texts or elements. */
export function element(name, className = '', ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Fills a list of terms: term, text, class. Elements are kept, so that what is selected stays so. */
export function facts(list, rows) {
  each(
    list,
    rows,
    () => element('div', '', element('dt'), element('dd')),
    (row, [term, text, className = '']) => {
      row.className = className;
      setText(row.firstElementChild, term);
      setText(row.lastElementChild, text);
    },
  );
}

/** A share of 0 to 1 as a bar. The text beside it says the same. */
export function bar() {
  const made = element('span', 'bar', element('span'));
  made.ariaHidden = 'true';
  return made;
}

export function showBar(made, share) {
  made.firstElementChild.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  made.classList.toggle('high', share >= 0.85);
}
