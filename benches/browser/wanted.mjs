// What is wanted of ours, from the figures of all lanes.

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const RATES = [1, 4];

/** Each thing wanted as `{ what, found, holds }`; `holds` is undefined where a lane that it takes was left out. */
export function wanted(lanes) {
  const lane = (name) => lanes.find((lane) => lane.name === name);
  const ours = [lane("static"), lane("server")].filter(Boolean);
  const peers = lanes.filter(({ peer }) => peer);
  const list = [];
  /** `check` returns what was found and whether that is good. */
  const want = (what, needed, check) => {
    if (needed.some((it) => !it || it.length === 0)) return list.push({ what, found: "not measured" });
    const [found, holds] = check(...needed);
    list.push({ what, found, holds });
  };
  const least = (rate, name) =>
    peers.map((peer) => ({ label: peer.label, value: peer.rates[rate][name].median })).sort((a, b) => a.value - b.value)[0];

  want("static mode: at most 9 kB, brotli", [lane("static"), peers], ({ bytes }, peers) => {
    const smallest = [...peers].sort((a, b) => a.bytes - b.bytes)[0];
    return [`${kB(bytes)}; the smallest peer, ${smallest.label}, ${kB(smallest.bytes)}`, bytes <= 9000];
  });
  want("server mode: at most 2.5 kB, and no WASM", [lane("server")], ({ bytes, sent, rates }) => {
    const markup = sent.find(({ path }) => path === "/").bytes;
    const wasm = RATES.some((rate) => rates[rate].wasm);
    const found = `${kB(bytes)}, of which ${kB(markup)} are what the page grows by; ${wasm ? "WASM" : "no WASM"}`;
    return [found, bytes <= 2500 && !wasm];
  });
  for (const own of ours) {
    const soon = "banner opaque and still in a fifth of vanilla-cookieconsent's time, no later than any peer's";
    want(`${own.name} mode: ${soon}`, [lane("vcc")], (vcc) => {
      const at = RATES.map((rate) => {
        const [time, slow, first] = [own.rates[rate].still.median, vcc.rates[rate].still.median, least(rate, "still")];
        const ratio = (time / slow).toFixed(2);
        const text = `${rate}x: ${ms(time)} of ${ms(slow)} (${ratio}); the first peer, ${first.label}, ${ms(first.value)}`;
        return { text, holds: time <= slow / 5 && time <= first.value };
      });
      return [at.map(({ text }) => text).join("; "), at.every(({ holds }) => holds)];
    });
    const little = "at most half of vanilla-cookieconsent's main-thread time on a first visit";
    want(`${own.name} mode: ${little}`, [lane("vcc")], (vcc) => {
      const [time, theirs] = [own.rates[1].task.median, vcc.rates[1].task.median];
      return [`${ms(time)} of ${ms(theirs)} (${(time / theirs).toFixed(2)})`, time <= theirs / 2];
    });
  }
  want("static mode: the cookie is written within the click's own task", [lane("static")], ({ rates }) => {
    const holds = RATES.every((rate) => rates[rate].inOwnTask);
    return [holds ? "in each load" : "not in each load", holds];
  });
  for (const own of ours)
    want(`${own.name} mode: CLS 0, no long task`, [own, lane("blank")], ({ rates }, blank) => {
      const at = RATES.map((rate) => {
        const { loads, shift, longLoads, longest } = rates[rate];
        // On a busy machine the blank page has them too.
        const bare = `the blank page in ${blank.rates[rate].longLoads}`;
        const which = `long tasks in ${longLoads} of ${loads} loads, up to ${ms(longest)}, ${bare}`;
        const long = longLoads ? which : "no long task";
        return { text: `${rate}x: CLS ${shift.toFixed(4)}, ${long}`, holds: shift === 0 && longLoads === 0 };
      });
      return [at.map(({ text }) => text).join("; "), at.every(({ holds }) => holds)];
    });
  const known = "a returning visitor's choice known at once, no later than with the fastest peer";
  want(`static mode: ${known}`, [lane("static"), peers], ({ rates }) => {
    const at = RATES.map((rate) => {
      const [{ known, knownAtOnce }, first] = [rates[rate], least(rate, "known")];
      const text = `${rate}x: ${knownAtOnce ? "at once" : "later"}, ${ms(known.median)}; ${first.label} ${ms(first.value)}`;
      return { text, holds: knownAtOnce && known.median <= first.value };
    });
    return [at.map(({ text }) => text).join("; "), at.every(({ holds }) => holds)];
  });
  return list;
}

export const state = ({ holds }) => (holds === undefined ? "—" : holds ? "holds" : "missed");
