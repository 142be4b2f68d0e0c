// @ts-check
// Loaded with --import into a service that is to be killed in the middle of a publish, by SIGKILL, at the step that
// CRASH_AT describes: {"on": "sql" | "rename", "match": regular expression, "then": "before" | "after", "since": …}.
// It watches what the service does to the outside (statements, files becoming visible), so the service itself knows
// nothing of it. `since`: only count after a statement that matches it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import pg from 'pg';

const { on, match, then, since } = JSON.parse(process.env.CRASH_AT ?? '{}');
const wanted = new RegExp(match, 'is');
let armed = since === undefined;

/** @param {string} kind @param {string} what */
function isIt(kind, what) {
  if (since !== undefined && kind === 'sql' && new RegExp(since, 'is').test(what)) armed = true;
  return armed && kind === on && wanted.test(what);
}

const die = () => process.kill(process.pid, 'SIGKILL');

const query = pg.Client.prototype.query;
/** @this {any} @param {any[]} args */
pg.Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : String(args[0]?.text);
  const values = Array.isArray(args[1]) ? args[1] : args[0]?.values;
  const hit = isIt('sql', `${text} -- ${String(values ?? '')}`);
  if (hit && then === 'before') die();
  const callback = args.at(-1);
  if (hit && typeof callback === 'function') {
    args[args.length - 1] = (/** @type {any[]} */ ...results) => {
      die();
      callback(...results);
    };
  }
  const result = Reflect.apply(query, this, args);
  return hit && typeof result?.then === 'function' ? result.then(die) : result;
};

const rename = fs.promises.rename;
fs.promises.rename = async (from, to) => {
  const hit = isIt('rename', String(to));
  if (hit && then === 'before') die();
  await rename(from, to);
  if (hit) die();
};
syncBuiltinESMExports();
