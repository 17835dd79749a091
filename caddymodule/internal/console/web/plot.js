// A plot over time: bands one above the other on one axis of time, each with its
// own scale. It is drawn as large as it is shown, so that letters keep their
// size, and can be read by pointer, by keyboard, and as a table.

import { draw, make, setText } from './dom.js';
import { day, hour, t } from './i18n.js';

// Room around the bands, in pixels.
const LEFT = 44;
const RIGHT = 8;
const TOP = 18;
const BOTTOM = 20;
const GAP = 26; // between bands, for the title of the lower one

// Distances of the marks on the axis of time, in minutes; the first that leaves each
// this many pixels is taken. Marks that are days apart are days.
const DAY = 1440;
const MARKS = [5, 10, 15, 30, 60, 120, 180, 360, 720, DAY, 2 * DAY];
const MARK_ROOM = 44;

// Plot draws into a figure. spec is
//   { title, step, bands: [{ title, height, most, least, show, series: [{ name, class, of }] }] }
// where step is how far apart the points are in milliseconds, most the greatest
// value if it is fixed, least the least that the scale reaches, show writes a
// value, and of gives that of a point, or null. A class that begins with bar
// stacks bars; the others are lines.
export class Plot {
  constructor(figure, spec) {
    Object.assign(this, { figure, spec, points: [], from: 0, to: 1, cursor: null, width: 0 });
    this.series = spec.bands.flatMap((band) => band.series.map((series) => ({ ...series, show: band.show })));
    this.build();
    new ResizeObserver(() => this.resize()).observe(this.svg.parentElement);
  }

  build() {
    const { title } = this.spec;
    this.when = make('span', { class: 'when' });
    this.values = this.series.map(() => make('b'));
    const legend = this.series.map((series, i) => make('li', {}, swatch(series.class), series.name + ' ', this.values[i]));
    this.svg = draw('svg', { tabindex: '0', role: 'slider', 'aria-label': title, 'aria-orientation': 'horizontal' });
    this.table = make('table');
    this.details = make('details', {}, make('summary', {}, t('as_table')), make('div', { class: 'scroll', tabindex: '0' }, this.table));
    this.figure.append(make('figcaption', {}, make('h3', {}, title), this.when), make('ul', { class: 'legend' }, ...legend),
      make('div', { class: 'canvas' }, this.svg), this.details);
    this.svg.addEventListener('pointermove', (event) => this.point(event));
    this.svg.addEventListener('pointerdown', (event) => this.point(event));
    this.svg.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && this.choose(null));
    this.svg.addEventListener('blur', () => this.choose(null));
    this.svg.addEventListener('keydown', (event) => this.key(event));
    this.details.addEventListener('toggle', () => this.tabulate());
  }

  // show draws points, which are { at } in milliseconds and what the spec reads,
  // oldest first and a step apart, from one time to another.
  show(points, from, to, step) {
    Object.assign(this, { points, from, to });
    this.spec.step = step;
    this.render();
    this.tabulate();
  }

  resize() {
    const width = Math.floor(this.svg.parentElement.clientWidth);
    if (width > 0 && width !== this.width) {
      this.width = width;
      this.render();
    }
  }

  x(at) {
    return LEFT + ((at - this.from) / (this.to - this.from)) * (this.width - LEFT - RIGHT);
  }

  render() {
    if (!this.width) {
      return;
    }
    const parts = [];
    let top = TOP;
    for (const band of this.spec.bands) {
      parts.push(...this.band(band, top));
      top += band.height + GAP;
    }
    const height = top - GAP + BOTTOM;
    parts.push(...this.hours(height - BOTTOM));
    this.line = draw('line', { class: 'cursor', y1: TOP, y2: height - BOTTOM });
    this.svg.setAttribute('viewBox', '0 0 ' + this.width + ' ' + height);
    this.svg.setAttribute('height', height);
    this.svg.replaceChildren(...parts, this.line);
    this.read();
  }

  // band draws one band whose upper edge is at top.
  band(band, top) {
    const most = band.most || niceMost(this.points, band);
    const y = (value) => top + band.height * (1 - value / most);
    const parts = [draw('text', { x: LEFT, y: top - 6, class: 'title' }, textOf(band.title, this.spec.step))];
    for (const value of [0, most / 2, most]) {
      parts.push(draw('line', { class: 'grid', x1: LEFT, x2: this.width - RIGHT, y1: y(value), y2: y(value) }));
      parts.push(draw('text', { x: LEFT - 6, y: y(value) + 4, class: 'left' }, band.show(value)));
    }
    const bars = band.series.filter((series) => series.class.startsWith('bar'));
    const lines = band.series.filter((series) => !series.class.startsWith('bar'));
    return [...parts, ...this.bars(bars, y), ...lines.flatMap((series) => this.curve(series, y))];
  }

  // bars stacks the series, one column for each point.
  bars(series, y) {
    const paths = series.map(() => '');
    const apart = this.x(this.from + this.spec.step) - LEFT > 3 ? 1 : 0; // narrow columns touch
    for (const point of this.points) {
      const left = this.x(Math.max(point.at, this.from));
      const right = Math.max(left + 1, this.x(Math.min(point.at + this.spec.step, this.to)) - apart);
      let below = 0;
      series.forEach((one, i) => {
        const value = one.of(point) || 0;
        if (value > 0) {
          paths[i] += 'M' + round(left) + ' ' + round(y(below)) + 'V' + round(y(below + value)) + 'H' + round(right) + 'V' + round(y(below)) + 'Z';
        }
        below += value;
      });
    }
    return series.map((one, i) => draw('path', { class: one.class, d: paths[i] }));
  }

  // curve draws a line that has gaps where nothing is known. A value between two
  // gaps is a dot.
  curve(series, y) {
    const runs = [];
    let before = -Infinity;
    for (const point of this.points) {
      const value = series.of(point);
      if (value === null || value === undefined) {
        before = -Infinity;
        continue;
      }
      if (point.at - before > 2.5 * this.spec.step) {
        runs.push([]);
      }
      runs[runs.length - 1].push([round(this.x(this.middle(point))), round(y(value))]);
      before = point.at;
    }
    const dots = runs.filter((run) => run.length === 1).map(([[x, top]]) => draw('circle', { class: series.class + ' dot', cx: x, cy: top, r: 2 }));
    const path = runs.map((run) => 'M' + run.map((place) => place.join(' ')).join('L')).join('');
    return [draw('path', { class: series.class, d: path }), ...dots];
  }

  // middle is where the value of a point belongs: points with bars stand for the
  // time that follows them.
  middle(point) {
    return this.spec.wide ? point.at + this.spec.step / 2 : point.at;
  }

  // hours marks the axis of time at round times: of a week at days.
  hours(bottom) {
    const minutes = (this.to - this.from) / 60000;
    const room = (this.width - LEFT - RIGHT) / minutes;
    const every = MARKS.find((m) => m * room >= MARK_ROOM) || 2 * DAY;
    const parts = [];
    const at = new Date(this.from);
    at.setHours(0, 0, 0, 0);
    while (at <= this.to) {
      const x = this.x(at);
      if (at >= this.from && x < this.width - RIGHT - 12) {
        parts.push(draw('line', { class: 'mark', x1: x, x2: x, y1: bottom, y2: bottom + 4 }));
        parts.push(draw('text', { x, y: bottom + 16, class: 'middle' }, every < DAY ? hour(at) : day(at).slice(5)));
      }
      if (every < DAY) {
        at.setMinutes(at.getMinutes() + every);
      } else {
        at.setDate(at.getDate() + every / DAY);
      }
    }
    return parts;
  }

  // point moves the cursor to where the pointer is.
  point(event) {
    const at = this.from + ((event.offsetX - LEFT) / (this.width - LEFT - RIGHT)) * (this.to - this.from);
    this.choose(nearest(this.points, at - (this.spec.wide ? this.spec.step / 2 : 0)));
  }

  key(event) {
    const last = this.points.length - 1;
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity }[event.key];
    if (step && last >= 0) {
      const i = this.chosen();
      this.choose(this.points[Math.min(last, Math.max(0, (i < 0 ? last : i) + step))]);
      event.preventDefault();
    }
  }

  chosen() {
    return this.cursor === null ? -1 : this.points.findIndex((point) => point.at === this.cursor);
  }

  choose(point) {
    this.cursor = point ? point.at : null;
    this.read();
  }

  // read tells the values under the cursor, or the newest.
  read() {
    const i = this.chosen();
    const point = this.points[i < 0 ? this.points.length - 1 : i];
    const texts = this.series.map((series) => valueText(series, point));
    texts.forEach((text, k) => setText(this.values[k], text));
    setText(this.when, point ? this.time(point) : t('no_samples'));
    for (const [name, value] of Object.entries({
      valuemin: 0, valuemax: Math.max(0, this.points.length - 1), valuenow: i < 0 ? Math.max(0, this.points.length - 1) : i,
      valuetext: point ? t('pair', { name: this.time(point), text: this.series.map((series, k) => series.name + ' ' + texts[k]).join(t('comma')) }) : t('no_samples'),
    })) {
      this.svg.setAttribute('aria-' + name, value);
    }
    if (this.line) {
      this.line.setAttribute('visibility', i < 0 ? 'hidden' : 'visible');
      if (i >= 0) {
        const x = round(this.x(this.middle(point)));
        this.line.setAttribute('x1', x);
        this.line.setAttribute('x2', x);
      }
    }
  }

  // time names the time of a point.
  time(point) {
    const at = new Date(point.at);
    const date = this.far() ? day(at).slice(5) + ' ' : '';
    return date + (this.spec.wide ? hour(at) + '–' + hour(new Date(point.at + this.spec.step)) : hour(at));
  }

  // far reports whether a time of day alone would not tell which day is meant.
  far() {
    return this.to - this.from > 2 * DAY * 60000;
  }

  // tabulate writes the table while it is open.
  tabulate() {
    if (!this.details.open) {
      return;
    }
    const rows = (this.spec.rows ? this.spec.rows(this.points) : this.points).slice().reverse();
    const cells = rows.map((point) => make('tr', {}, make('th', { scope: 'row' }, (this.far() ? day(new Date(point.at)).slice(5) + ' ' : '') + hour(new Date(point.at))),
      ...this.series.map((series) => make('td', {}, valueText(series, point)))));
    const heads = [t('time'), ...this.series.map((series) => series.name)].map((text) => make('th', { scope: 'col' }, text));
    this.table.replaceChildren(make('caption', {}, textOf(this.spec.caption, this.spec.step)), make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...cells));
  }
}

function valueText(series, point) {
  const value = point ? series.of(point) : null;
  return value === null || value === undefined ? '–' : series.show(value);
}

// swatch is the sample of a series in the legend.
function swatch(className) {
  const sample = className.startsWith('bar') ? draw('rect', { class: className, width: 14, height: 10, y: 1 })
    : draw('line', { class: className, x1: 0, x2: 14, y1: 6, y2: 6 });
  return draw('svg', { width: 14, height: 12, 'aria-hidden': 'true' }, sample);
}

// niceMost is the end of a scale that all values fit on and that halves well.
function niceMost(points, band) {
  const bars = band.series.some((series) => series.class.startsWith('bar'));
  const highest = points.reduce((most, point) => {
    const values = band.series.map((series) => series.of(point) || 0);
    return Math.max(most, bars ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values));
  }, 0);
  let power = 1;
  while (power * 10 <= highest) {
    power *= 10;
  }
  return Math.max(band.least, [2, 4, 6, 8, 10].map((factor) => factor * power).find((most) => most >= highest));
}

// nearest is the point whose time is nearest.
function nearest(points, at) {
  return points.reduce((best, point) => (!best || Math.abs(point.at - at) < Math.abs(best.at - at) ? point : best), null);
}

// textOf is a text, or one that depends on how far apart the points are.
const textOf = (text, step) => (typeof text === 'function' ? text(step) : text);

const round = (n) => Math.round(n * 10) / 10;
