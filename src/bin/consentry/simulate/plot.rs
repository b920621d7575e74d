//! The plot of a simulation: for each id a pair of bars, how many visitors are asked before the change and after it.

use std::fmt::Write as _;

use consentry::{Policy, banner::escape};

use super::{Pair, Tally, percent};

/// All lengths are in CSS pixels.
const WIDTH: usize = 720;
const LABELS: usize = 180;
const BARS: usize = 400;
const BAR: usize = 14;
const ROW: usize = 2 * BAR + 16;
const TOP: usize = 84;

/// Colours that those tell apart who see fewer of them (Okabe and Ito, "Color Universal Design"), with 3:1 to white and to
/// each other in lightness as far as bars beside each other need it.
const BEFORE: &str = "#767676";
const AFTER: &str = "#0072b2";

pub(super) fn svg(tally: &Tally, about: &str, [old, new]: [&Policy; 2]) -> String {
    let by_id = tally.rows.iter().map(|row| (row.id.as_str(), row.asked));
    let rows: Vec<(&str, Pair)> = std::iter::once(("anything", tally.asked)).chain(by_id).collect();
    let height = TOP + rows.len() * ROW + 16;
    let title = format!("Visitors of {} who are asked", new.id());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title about\" font-family=\"system-ui, sans-serif\" font-size=\"14\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"about\">{}</desc>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"16\" y=\"28\" font-size=\"18\">{}</text>\n\
         <text x=\"16\" y=\"50\" fill=\"#595959\">{}</text>\n",
        escape(&title),
        escape(&description(tally, &rows)),
        escape(&title),
        escape(about),
    );
    let mut legend = LABELS;
    for (policy, colour) in [(old, BEFORE), (new, AFTER)] {
        let y = TOP - 18;
        // Text can be written without fail.
        let _ = writeln!(
            svg,
            "<rect x=\"{legend}\" y=\"{y}\" width=\"{BAR}\" height=\"{BAR}\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"{}\">version {}</text>",
            legend + BAR + 6,
            y + 12,
            policy.version()
        );
        legend += 130;
    }
    for (place, (id, pair)) in rows.iter().enumerate() {
        let y = TOP + place * ROW + 8;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LABELS - 12,
            y + BAR + 5,
            escape(id)
        );
        for (line, (count, colour)) in [(pair.old, BEFORE), (pair.new, AFTER)].into_iter().enumerate() {
            let (y, width) = (y + line * BAR, count * BARS / tally.visitors.max(1));
            let _ = writeln!(
                svg,
                "<rect x=\"{LABELS}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"{colour}\"/>\
                 <text x=\"{}\" y=\"{}\" font-size=\"12\">{count} ({})</text>",
                width.max(1),
                BAR - 2,
                LABELS + width.max(1) + 6,
                y + 11,
                percent(count, tally.visitors)
            );
        }
    }
    svg + "</svg>\n"
}

/// The same in words, for who does not see the bars.
fn description(tally: &Tally, rows: &[(&str, Pair)]) -> String {
    let line = |(id, pair): &(&str, Pair)| {
        format!("{id}: {} before, {} after", percent(pair.old, tally.visitors), percent(pair.new, tally.visitors))
    };
    rows.iter().map(line).collect::<Vec<_>>().join("; ")
}
