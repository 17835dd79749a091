// Making and changing what is on the page. Texts go in as text nodes and nothing
// else does, so that no text can become an element.

const SVG = 'http://www.w3.org/2000/svg';

export const byID = (id) => document.getElementById(id);

// visible spells out what cannot be seen but would reorder, hide or break what can:
// controls and the marks of bidirectional text.
const visible = (text) => String(text ?? '').replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => '\\u' + c.codePointAt(0).toString(16).padStart(4, '0'));

// make returns a new element with attributes and children, which are nodes or
// texts.
export function make(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

// draw is make for what is drawn.
export function draw(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    element.setAttribute(name, value);
  }
  element.append(...children.map((child) => (typeof child === 'string' ? visible(child) : child)));
  return element;
}

// button returns a new button that acts when it is pressed.
export function button(text, className, act) {
  const made = make('button', { type: 'button', class: className }, text);
  made.addEventListener('click', act);
  return made;
}

// setText sets the text of an element. It leaves alone what says so already, so
// that selections and screen readers are not disturbed.
export function setText(element, text) {
  const shown = visible(text);
  if (element.textContent !== shown) {
    element.textContent = shown;
  }
}

// setClass sets the class of an element.
export function setClass(element, name) {
  if (element.className !== name) {
    element.className = name;
  }
}

// reconcile makes the children of parent those of items, one each. What was there
// under the same key stays the same element, so that focus, scrolling and what
// is open survive a refresh. update(child, item) is called for each. Of items with the
// same key the first, second and so on stay what they are.
export function reconcile(parent, items, keyOf, create, update) {
  const keys = distinct(items.map(keyOf));
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  for (const [key, child] of old) {
    if (!keys.includes(key)) {
      child.remove();
    }
  }
  let next = parent.firstElementChild;
  items.forEach((item, i) => {
    let child = old.get(keys[i]);
    if (!child) {
      child = create(item);
      child.dataset.key = keys[i];
    }
    if (child === next) {
      next = next.nextElementSibling;
    } else {
      parent.insertBefore(child, next);
    }
    update(child, item);
  });
}

// distinct tells equal keys apart by how many came before.
function distinct(keys) {
  const seen = new Map();
  return keys.map((key) => {
    const before = seen.get(key) || 0;
    seen.set(key, before + 1);
    return before ? key + ' #' + before : key;
  });
}
