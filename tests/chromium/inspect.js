// Inspects the page it is evaluated on and returns what is wrong for people, as
// a list of sentences, or null while the page is not yet there. It is one
// expression, for the tab's Inspect.
(() => {
  if (document.readyState === "loading") return null;
  const wrong = [];
  const say = (element, text) => wrong.push(`<${element.localName}> ${element.textContent.trim().slice(0, 30)}: ${text}`);

  const name = (element) => {
    const labelled = element.getAttribute("aria-labelledby");
    const label = labelled && document.getElementById(labelled);
    return (label?.textContent || element.getAttribute("aria-label") || element.getAttribute("alt") ||
      element.labels?.[0]?.textContent || element.querySelector("title")?.textContent ||
      (element.localName === "input" && element.value) || element.innerText || "").trim();
  };

  // Colours and contrast as WCAG 2 defines them.
  const rgba = (css) => (css.match(/[\d.]+/g) || []).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage !== "none") return null; // not to be told from here
      const [r, g, b, a = 1] = rgba(style.backgroundColor);
      if (a === 1) return [r, g, b];
      if (a > 0) return null;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  };
  const contrast = (element) => {
    const style = getComputedStyle(element);
    const behind = background(element);
    if (!behind) return;
    const [light, dark] = [luminance(rgba(style.color).slice(0, 3)), luminance(behind)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) say(element, `contrast of only ${ratio.toFixed(1)}`);
    if (size < 12) say(element, `letters of only ${size} pixels`);
  };

  if (!document.documentElement.lang) wrong.push("the page has no language");
  if (!document.title.trim()) wrong.push("the page has no title");
  if ([...document.querySelectorAll("h1")].filter((e) => e.checkVisibility()).length !== 1) wrong.push("the page has not exactly one h1");
  const width = document.documentElement.scrollWidth;
  const finger = matchMedia("(pointer: coarse)").matches;
  const room = finger ? screen.width : innerWidth; // a phone zooms out when a page is too wide
  if (width > room) wrong.push(`the page is ${width} pixels wide, the screen ${room}`);

  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) wrong.push(`the id ${id} occurs twice`);

  for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, img, svg, [role=img]")) {
    if (!e.checkVisibility() || e.getAttribute("aria-hidden") === "true" || e.parentElement.closest("svg")) continue;
    if (e.localName === "img" ? !e.hasAttribute("alt") : !name(e)) say(e, "has no name for those who cannot see it");
    if (finger && e.matches("button, input[type=submit]") && e.getBoundingClientRect().height < 40) {
      say(e, "is too low for a finger");
    }
  }
  for (const e of document.querySelectorAll("body, body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (own && e.checkVisibility() && !e.closest("svg, script, style, noscript")) contrast(e);
  }
  return wrong;
})()
