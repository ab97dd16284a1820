// JSONata's own test suite as an oracle of flows: each expression is run on the data of its case, once for each name of a field
// whose texts are marked, and once for each name that is marked itself. One JSON line a run, with what it gave.
//
// usage: node suite.js FOLDER_OF_JSONATA FOLDER_OF_THE_SUITE

const fs = require('fs');
const path = require('path');

const jsonata = require(process.argv[2]);
const root = process.argv[3];
const MARK = 'MARK';
const MOST = 24;

const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

function* cases() {
  const groups = path.join(root, 'groups');
  for (const group of fs.readdirSync(groups).sort()) {
    for (const file of fs.readdirSync(path.join(groups, group)).sort()) {
      if (!file.endsWith('.json')) continue;
      const all = [].concat(read(path.join(groups, group, file)));
      for (const one of all) {
        const expression = one['expr-file'] ? fs.readFileSync(path.join(groups, group, one['expr-file']), 'utf8') : one.expr;
        const data = one.dataset ? read(path.join(root, 'datasets', `${one.dataset}.json`)) : one.data;
        // A path that begins with an array would go through its elements.
        if (expression === undefined || !data || typeof data !== 'object' || Array.isArray(data)) continue;
        if (Object.keys(one.bindings ?? {}).length > 0) continue;
        yield { name: `${group}/${file}`, expression: `$states.input.(${expression.replaceAll('$$', '$states.input')}\n)`, data };
      }
    }
  }
}

function names(value, found = new Set()) {
  if (Array.isArray(value)) value.forEach((item) => names(item, found));
  else if (value && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      found.add(key);
      names(item, found);
    }
  }
  return found;
}

function marked(value, name, keys, under = false) {
  if (typeof value === 'string') return under && !keys ? value + MARK : value;
  if (Array.isArray(value)) return value.map((item) => marked(item, name, keys, under));
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [
    keys && key === name ? key + MARK : key,
    marked(item, name, keys, key === name),
  ]));
}

async function run(expression, data) {
  const compiled = jsonata(expression);
  compiled.assign('states', { input: data, context: {} });
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('late')), 500); });
  return Promise.race([compiled.evaluate(undefined), late]).finally(() => clearTimeout(timer));
}

(async () => {
  for (const { name, expression, data } of cases()) {
    const fields = [...names(data)].slice(0, MOST);
    const seen = new Set();
    for (const [field, keys] of fields.flatMap((field) => [[field, false], [field, true]])) {
      try {
        const given = JSON.stringify(await run(expression, marked(data, field, keys)) ?? null);
        if (given === undefined || seen.has(given)) continue;
        seen.add(given);
        process.stdout.write(`${JSON.stringify({ name, expression, differs: given.includes(MARK), given: JSON.parse(given) })}\n`);
      } catch {
        // An expression that fails gives nothing.
      }
    }
  }
})();
