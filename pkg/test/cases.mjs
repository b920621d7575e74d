// The cases of tests/vectors on a build for browsers. Runs in Node and, served from pkg/, in a browser.

// What a case leaves out.
const now = 1_764_000_000_000;
const cookie = "privacy";

const cookiesOf = (c) => c.cookies ?? (c.consent === undefined ? "" : `${cookie}=${c.consent}`);
const regionOf = (c) => (c.region === undefined ? "FR" : c.region);
const facts = (c, cookies = cookiesOf(c)) => [
  cookies,
  cookie,
  c.sealed ?? false,
  c.gpc ?? false,
  regionOf(c),
  c.now ?? now,
];

function equal(got, want, what) {
  const [left, right] = [got, want].map((value) => JSON.stringify(value));
  if (left !== right) throw new Error(`${what}: got ${left}, wanted ${right}`);
}

/** A case may state all of a decision or a part of it. */
function checkDecision(json, want) {
  const decision = JSON.parse(json);
  for (const [field, wanted] of Object.entries(want)) {
    if (field === "json") equal(json, wanted, field);
    // Sentences are made natively only.
    else if (field === "explain") continue;
    else if (field === "ids")
      for (const [id, words] of Object.entries(wanted)) {
        const { status, reason } = decision.ids[id] ?? {};
        equal(`${status} ${reason}`, words, id);
      }
    else equal(decision[field], wanted, field);
  }
}

const kinds = {
  decide: (c, engineOf) => checkDecision(engineOf(c).decide(...facts(c)), c.want),

  acts(c, engineOf) {
    const { act, method = "banner", version = 1, asked = "", granted = "", in_page = false } = c;
    // What a server does by itself to bring a cookie up to date.
    if (act === "refresh") return false;
    const got =
      act === "persist"
        ? engineOf(c).persist(...facts(c))
        : engineOf(c).act(...facts(c), act, method, version, asked, granted, in_page);
    equal(got ?? null, c.want ?? null, "the text");
    if (!c.then) return;
    const later = { ...c, ...c.later };
    const cookies = got === undefined ? cookiesOf(c) : `${cookie}=${got}`;
    checkDecision(engineOf(later).decide(...facts(later, cookies)), c.then);
  },

  merge(c, engineOf) {
    const merged = (stored, other) => engineOf(c).merge(...facts(c, stored), other);
    const got = merged(cookiesOf(c), c.other);
    equal(got ?? null, c.want, "the text");
    const decided = (cookies) => checkDecision(engineOf(c).decide(...facts(c, cookies)), c.then);
    if (got === undefined) return decided(cookiesOf(c));
    decided(`${cookie}=${got}`);
    const reverse = merged(`${cookie}=${c.other}`, c.consent) ?? c.other;
    decided(`${cookie}=${reverse}`);
    equal(merged(`${cookie}=${got}`, reverse) ?? null, null, "what is left to tell");
  },

  /** The module does not show what it read; that it read it shows in what it makes of it. */
  codec(c, engineOf) {
    const text = c.text.repeat(c.times ?? 1);
    const seconds = engineOf(c).max_age(text, "FR", c.want?.at ?? 0);
    equal(seconds > 0, c.error === undefined, "whether it is a consent");
    const reasons = { malformed: "unreadable", "too-long": "unreadable", "newer-format": "newer-format" };
    // Between other cookies only what has no separator arrives as it is.
    if (c.error && !/[;\s]/.test(text) && text.length < 60_000)
      checkDecision(engineOf(c).decide(...facts(c, `${cookie}=${text}`)), {
        ids: { statistics: `undecided ${reasons[c.error]}` },
      });
  },

  cookies(c, engineOf) {
    const { clear, max_age, value, want } = c;
    if (clear !== undefined) equal(engineOf(c).clear(...facts(c)), clear, "clear");
    if (max_age !== undefined) equal(engineOf(c).max_age(value, regionOf(c), c.now ?? now), max_age, "max_age");
    if (want) checkDecision(engineOf(c).decide(...facts(c)), want);
    return clear !== undefined || max_age !== undefined || want !== undefined;
  },
};

/** The files that have a runner here, by the start of their name. */
export const kindOf = (name) => Object.keys(kinds).find((kind) => name.startsWith(kind));

/** Runs all cases of a file. `skipped` counts those about what the module does not do. */
export function run(name, { cases }, { policies }, Engine) {
  const engines = {};
  const engineOf = ({ policy = "shop-1" }) => (engines[policy] ??= new Engine(policies[policy].compiled));
  const failures = [];
  let skipped = 0;
  for (const c of cases)
    try {
      if (kinds[kindOf(name)](c, engineOf) === false) skipped += 1;
    } catch (error) {
      failures.push(`${c.name}\n  ${error.message}`);
    }
  return { ran: cases.length - skipped, skipped, failures };
}
