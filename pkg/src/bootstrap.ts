// The first script of a page, inline: says what is granted before anything else of the page runs, in an attribute of the
// root element and to Google's tags. In a page made for one visitor it is told; in a page that all get alike it reads the
// outcome that the server left beside the consent cookie, and believes it only while it is sure to hold.
const { documentElement: root, cookie: cookies, currentScript } = document;
const { cookie, outcome, ids, stamp, signals, granted } = currentScript!.dataset;

/** The value of a cookie that is there once. */
const read = (name: string): string => {
  const around = cookies.split(RegExp(`(?:^|; )${name}=([^;]*)`));
  return around.length == 3 ? around[1]! : "";
};

let known = granted;
if (cookie) {
  // FNV-1a of the consent's text: the outcome is that of this very text.
  let hash = 0x811c9dc5;
  for (const character of read(cookie)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x1000193);
  // Numbers, as far as they are used as such.
  const [of, at, until, flags, bits, check] = read(outcome!).split(".") as any[];
  const now = Date.now() / 1000;
  if (
    of == stamp &&
    check == hash &&
    // Beyond, nothing stored is believed anywhere.
    cookies.length <= 65536 &&
    // A clock may be a day behind, as everywhere.
    now > at - 86400 &&
    now < until &&
    (flags & 1 || !(navigator as any).globalPrivacyControl)
  )
    known = ids!
      .split(" ")
      .filter((_, place) => (parseInt(bits[place >> 2], 16) >> (place & 3)) & 1)
      .join(" ");
  // The page's script then asks the server.
  if (known == null || flags & 2) root.dataset.consentAsk = "";
}
root.dataset.consent = known ?? "";

if (signals) {
  const page = self as any;
  // Google's tags read the arguments object itself, and no array.
  const gtag: (...words: unknown[]) => void = (page.gtag ||= function () {
    (page.dataLayer ||= []).push(arguments);
  });
  const resolve = (allows: (id: string) => unknown) =>
    Object.fromEntries(
      signals.split(" ").map((signal) => {
        const [name, ids] = signal.split(":");
        return [name, ids!.split(",").every(allows) ? "granted" : "denied"];
      }),
    );
  const now = resolve((id) => `${known} necessary`.split(" ").includes(id));
  gtag("consent", "default", known == null ? { ...now, wait_for_update: 500 } : now);
  addEventListener("consentry:change", ({ detail }: any) =>
    gtag("consent", "update", resolve((id) => /^[gr]/.test(detail.ids[id]?.status))),
  );
}
