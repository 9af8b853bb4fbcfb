use std::fmt::{self, Write};
use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use millpond::edge::Capacity;

use super::simulated::{Kind, Outcome, SCENARIOS, Scenario, Setting, run};

/// The scenarios that are drawn, in colours that show on white and on black.
const DRAWN: [(&str, &str); 3] = [("A", "#2f81d0"), ("D", "#c77700"), ("M", "#159a6b")];

/// The fixed capacities, as powers of two: from 4 to 4,096.
const POWERS: RangeInclusive<i32> = 2..=12;

const SIZE: (f64, f64) = (860.0, 400.0);

const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.end { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d0d7de }
.curve { fill: none; stroke-width: 2 }
.adaptive { stroke: #24292f; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .grid { stroke: #3d444d }
  .adaptive { stroke: #e6edf3 }
}
";

/// Draws throughput and time in queue over the capacity of fixed edges, with
/// the adaptive edge of each scenario as a point.
pub(crate) fn draw() -> io::Result<PathBuf> {
    let drawn: Vec<_> = DRAWN
        .iter()
        .filter_map(|(key, colour)| Drawn::new(key, colour))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/figures");
    fs::create_dir_all(&folder)?;
    let path = folder.join("adaptive-edge.svg");
    fs::write(&path, svg(&drawn).map_err(io::Error::other)?)?;
    Ok(path)
}

/// One scenario with everything that is drawn of it.
struct Drawn {
    scenario: &'static Scenario,
    colour: &'static str,
    fixed: Vec<Spot>,
    adaptive: Spot,
}

/// One setting's capacity, and what it gives and costs.
struct Spot {
    capacity: f64,
    throughput: f64,
    p99: Duration,
}

impl Drawn {
    fn new(key: &str, colour: &'static str) -> Option<Self> {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.key == key)?;
        let run = |setting| run(scenario, Kind::Remote, setting, 1);
        let unbounded = run(Setting::Unbounded).messages;
        let spot = |outcome: Outcome| Spot {
            capacity: outcome.capacity,
            throughput: outcome.messages / unbounded,
            p99: outcome.p99,
        };
        Some(Self {
            scenario,
            colour,
            fixed: POWERS
                .map(|power| spot(run(Setting::Fixed(1 << power))))
                .collect(),
            adaptive: spot(run(Setting::Adaptive(Capacity::adaptive()))),
        })
    }
}

/// A panel: where it lies, and which value stands how high.
struct Panel {
    title: &'static str,
    left: f64,
    /// Labels and their values.
    lines: &'static [(&'static str, f64)],
    value: fn(&Spot) -> f64,
}

const PANELS: [Panel; 2] = [
    Panel {
        title: "throughput, of what unbounded edges give",
        left: 60.0,
        lines: &[
            ("0 %", 0.0),
            ("20 %", 0.2),
            ("40 %", 0.4),
            ("60 %", 0.6),
            ("80 %", 0.8),
            ("100 %", 1.0),
        ],
        value: |spot| spot.throughput,
    },
    Panel {
        title: "time in queue, 99th percentile",
        left: 500.0,
        // Powers of ten, from 10 µs to 1 s.
        lines: &[
            ("10 µs", -5.0),
            ("100 µs", -4.0),
            ("1 ms", -3.0),
            ("10 ms", -2.0),
            ("100 ms", -1.0),
            ("1 s", 0.0),
        ],
        value: |spot| spot.p99.as_secs_f64().log10(),
    },
];

const TOP: f64 = 40.0;
const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 230.0;

impl Panel {
    fn x(&self, capacity: f64) -> f64 {
        let (first, last) = (f64::from(*POWERS.start()), f64::from(*POWERS.end()));
        self.left + WIDTH * (capacity.log2() - first) / (last - first)
    }

    fn y(&self, value: f64) -> f64 {
        let (Some((_, least)), Some((_, most))) = (self.lines.first(), self.lines.last()) else {
            return TOP;
        };
        TOP + HEIGHT * (most - value) / (most - least)
    }

    fn write(&self, drawn: &[Drawn], svg: &mut String) -> fmt::Result {
        let (left, right, bottom) = (self.left, self.left + WIDTH, TOP + HEIGHT);
        writeln!(
            svg,
            "<text class='title' x='{left}' y='{}'>{}</text>",
            TOP - 18.0,
            self.title
        )?;
        for (label, value) in self.lines {
            let y = self.y(*value);
            writeln!(svg, "<path class='grid' d='M{left} {y:.1}H{right}'/>")?;
            writeln!(
                svg,
                "<text class='end' x='{}' y='{:.1}'>{label}</text>",
                left - 6.0,
                y + 4.0
            )?;
        }
        for power in POWERS.step_by(2) {
            let capacity = 1_u32 << power;
            let x = self.x(f64::from(capacity));
            writeln!(
                svg,
                "<text class='middle' x='{x:.1}' y='{}'>{capacity}</text>",
                bottom + 18.0
            )?;
        }
        let middle = left + WIDTH / 2.0;
        writeln!(
            svg,
            "<text class='middle' x='{middle}' y='{}'>capacity</text>",
            bottom + 36.0
        )?;
        for Drawn {
            fixed,
            adaptive,
            colour,
            ..
        } in drawn
        {
            let at = |spot: &Spot| (self.x(spot.capacity), self.y((self.value)(spot)));
            write!(svg, "<path class='curve' stroke='{colour}' d='")?;
            for (index, spot) in fixed.iter().enumerate() {
                let (x, y) = at(spot);
                write!(svg, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' })?;
            }
            writeln!(svg, "'/>")?;
            let (x, y) = at(adaptive);
            writeln!(
                svg,
                "<circle class='adaptive' cx='{x:.1}' cy='{y:.1}' r='5.5' fill='{colour}'/>"
            )?;
        }
        Ok(())
    }
}

fn svg(drawn: &[Drawn]) -> Result<String, fmt::Error> {
    let (width, height) = SIZE;
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' role='img' \
         aria-label='Throughput and time in queue over the capacity of an edge'>\n\
         <style>\n{STYLE}</style>"
    )?;
    for panel in &PANELS {
        panel.write(drawn, &mut svg)?;
    }
    let mut y = TOP + HEIGHT + 66.0;
    for Drawn {
        scenario,
        colour,
        adaptive,
        ..
    } in drawn
    {
        writeln!(
            svg,
            "<path class='curve' stroke='{colour}' d='M60 {}h28'/>",
            y - 4.0
        )?;
        writeln!(
            svg,
            "<circle class='adaptive' cx='74' cy='{}' r='5.5' fill='{colour}'/>",
            y - 4.0
        )?;
        writeln!(
            svg,
            "<text x='98' y='{y}'>{}: {}. Line: fixed capacities; dot: the adaptive edge, {:.0} slots \
             on average</text>",
            scenario.key, scenario.what, adaptive.capacity
        )?;
        y += 22.0;
    }
    writeln!(svg, "</svg>")?;
    Ok(svg)
}
