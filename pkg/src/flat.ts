// A compiled policy, checked and made into the flat text that the engine reads. What may not stand in a policy is found
// here, with its path; the records and the order of their fields are those of src/web/policy.rs.
import presets from "../../src/policy/presets.txt";
import type { Category, Policy, Regime, Service } from "../types/index.d.ts";

/** Begins a field of a text; the other begins a record. */
export const FIELD = "\x1f";
const RECORD = "\x1e";

/** A text without what separates. */
export const clean = (text: string): string => text.replace(/[\x1e\x1f]/g, " ");

const ID = /^[a-z][a-z0-9_-]{0,31}$/;

/** What cookies can be called (RFC 9110 section 5.6.2); a pattern has a `*` at its end. */
const TOKEN = /^[!#-'*+.^-z|~\w-]+$/;

/** What a text may be, by its field, and its record where records differ; what is not here may be anything. */
const FORMS: { readonly [field: string]: RegExp } = {
  id: ID,
  key: ID,
  category: ID,
  formerly: ID,
  touches: ID,
  cookie: TOKEN,
  cookies: TOKEN,
  domain: /^[a-z0-9.-]+$/,
  regions: /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/,
  "r.kind": /^(opt-in|opt-out|inform)$/,
  "c.kind": /^(ask|notify|editorial)$/,
  gpc: /^(ignore|honour(-unless-overridden)?)$/,
  uses: /^(sale|share|targeted-ads)$/,
  basis: /^(consent|contract|legitimate-interest)$/,
  // Only what can never run a script when a visitor follows it.
  mount: /^(https?:\/\/|\/(?!\/))/,
  url: /^(https?:\/\/|mailto:|\/(?!\/))/,
};

// The fields of each record. `!` before a name says that it must be there; the sign after that says what it is: `*` a
// list of texts, `#` a whole number, `+` one from 1, `?` a flag; all else is a text. What is only read by people has a `~`
// before that, and stays here.
const POLICY = "!id +version ~locale ~cookie ~domain ~mount";
const REGIME = "!id kind *regions #grantMaxAge #refusalQuiet gpc";
const CATEGORY = "!id key +since *uses basis *formerly ~name ~purpose";
const SERVICE = CATEGORY + " !category ?own ~?reload *cookies ~*facts";
const CHANGE = "!+version kind *touches ~summary";

function check(holds: boolean, code: string, path: string): asserts holds {
  if (!holds) throw new Error(`${code} at ${path}`);
}

function text(value: unknown, form: RegExp | undefined, path: string): string {
  check(typeof value === "string", "wrong-type", path);
  check(form?.test(value) ?? true, "bad-value", path);
  return clean(value);
}

function field(sign: string, value: unknown, form: RegExp | undefined, path: string): string {
  if (sign === "*") {
    check(Array.isArray(value), "wrong-type", path);
    // An empty list is not the same as none.
    return value.map((item, place) => text(item, form, `${path}[${place}]`)).join(" ") || " ";
  }
  if (sign === "?") {
    check(typeof value === "boolean", "wrong-type", path);
    return value ? "1" : "";
  }
  if (sign !== "#" && sign !== "+") return text(value, form, path);
  check(typeof value === "number", "wrong-type", path);
  check(value % 1 === 0 && value >= (sign === "+" ? 1 : 0) && value < 2 ** 32, "bad-value", path);
  return String(value);
}

/** The record of an object: a letter and its fields. `path` leads to the fields. */
function record(letter: string, fields: string, object: unknown, path = ""): string {
  check(typeof object === "object" && object !== null, "wrong-type", path.slice(0, -1));
  let flat = RECORD + letter;
  for (const known of fields.split(" ")) {
    const [, must, stays, sign = "", name = ""] = /(!?)(~?)(\W?)(.+)/.exec(known)!;
    const value = Reflect.get(object, name);
    check(!must || value !== undefined, "missing", path + name);
    const form = FORMS[`${letter}.${name}`] ?? FORMS[name];
    const written = value === undefined ? "" : field(sign, value, form, path + name);
    if (!stays) flat += FIELD + written;
  }
  return flat;
}

const PRESETS = presets.split("\n").map((line) => line.split(","));

/** What a regime leaves out is its preset's, or else the usual: 182 days both ways. */
function regime(given: Regime, path: string): string {
  const [letter, ...fields] = record("r", REGIME, given, path).split(FIELD);
  const [id, kind] = fields;
  const usual = ["", "opt-in", "", 15724800, 15724800, kind === "inform" ? "ignore" : "honour"];
  const preset = PRESETS.find(([known]) => known === id) ?? usual;
  return [letter, ...fields.map((field, place) => field || preset[place])].join(FIELD);
}

/** @throws Error with a code and a path, such as `wrong-type at categories[0].id`. */
export function flatten(policy: Policy): string {
  const { contact, categories, services, regimes, changes, words = {}, version = 1 } = policy;
  const isWithout = regimes === undefined || regimes?.length === 0;
  const categoryIds = ["necessary"];
  const names: string[] = [];

  const each = <T>(name: string, list: readonly T[] = [], write: (item: T, path: string) => string) => {
    check(Array.isArray(list), "wrong-type", name);
    return list.map((item, place) => write(item, `${name}[${place}].`)).join("");
  };
  const item = (fields: string) => (given: Category | Service, path: string) => {
    const flat = record("i", fields, given, path);
    const { id, key = id, since = 1 } = given;
    check(since <= version, "bad-value", path + "since");
    for (const name of new Set([id, key])) {
      check(name !== "necessary" || (name === id && fields === CATEGORY), "duplicate", path + "id");
      check(!names.includes(name), "duplicate", path + "id");
      names.push(name);
    }
    if ("category" in given && fields === SERVICE)
      check(categoryIds.includes(given.category), "unknown-id", path + "category");
    else categoryIds.push(id);
    return flat;
  };
  const flat = [
    record("p", POLICY, policy),
    // Without regimes of its own a policy has the presets.
    each("regimes", isWithout ? PRESETS.map(([id]) => ({ id }) as Regime) : regimes, regime),
    each("categories", categories, item(CATEGORY)),
    each("services", services, item(SERVICE)),
    each("changes", changes, (change, path) => record("c", CHANGE, change, path)),
  ];
  if (contact?.url !== undefined) text(contact.url, FORMS.url, "contact.url");
  for (const word in words) text(words[word], undefined, "words." + word);
  return flat.join("");
}
