import type { Layout, Trace } from "../../lib/notebook/figures/plotly";

/** Figures of every kind that notebooks hold: still pictures and plotly's own are made from these and laid side by side. */

export interface GalleryFigure {
  name: string;
  data: Trace[];
  layout: Layout;
}

const steps = Array.from({ length: 40 }, (_, at) => at);
/** The same wave in every run, in 0..1. */
const wave = (at: number): number => 0.5 + 0.3 * Math.sin(at / 3) + 0.2 * Math.cos(at * 1.7);
const days = steps.map((at) => new Date(Date.UTC(2024, 0, 1 + 9 * at)).toISOString().slice(0, 10));
const samples = Array.from({ length: 300 }, (_, at) => 3 * wave(at) + 2 * wave(at * 7));
const grid = steps
  .slice(0, 12)
  .map((row) => steps.slice(0, 16).map((column) => Math.sin(row / 3) * Math.cos(column / 4)));
const types = ["person", "organization", "location", "a type with a long name"];

export const GALLERY: readonly GalleryFigure[] = [
  {
    name: "lines with gaps",
    data: [
      { name: "gap", x: steps, y: steps.map((at) => (at % 9 === 4 ? null : wave(at))) },
      {
        name: "connected",
        x: steps,
        y: steps.map((at) => (at % 9 === 4 ? null : 1 + wave(at))),
        connectgaps: true,
        line: { dash: "dot", shape: "spline" },
      },
      {
        name: "steps",
        mode: "lines",
        x: steps,
        y: steps.map((at) => 2 + Math.round(3 * wave(at)) / 3),
        line: { shape: "hv", width: 3 },
      },
    ],
    layout: { title: "Missing values", xaxis: { title: "step" }, yaxis: { title: "loss" } },
  },
  {
    name: "logarithmic axis",
    data: [{ name: "loss", x: steps, y: steps.map((at) => 900 * Math.exp(-at / 5) + 0.05 + wave(at) / 10) }],
    layout: {
      title: "Loss by step",
      xaxis: { title: "step" },
      yaxis: { title: "loss", type: "log", minor: { showgrid: true } },
    },
  },
  {
    name: "both axes logarithmic",
    data: [
      {
        mode: "markers",
        x: steps.map((at) => 2 ** (at / 3)),
        y: steps.map((at) => (at % 10 === 0 ? 0 : 1000 / (at + 1) ** 1.1)),
      },
    ],
    layout: {
      xaxis: { type: "log", title: "rank" },
      yaxis: { type: "log", title: "mentions (0 has no place)", exponentformat: "power" },
    },
  },
  {
    name: "bars side by side",
    data: ["precision", "recall", "F1"].map((name, at) => ({
      type: "bar",
      name,
      x: types,
      y: types.map((_, n) => wave(n + at)),
      error_y: { type: "data", array: [0.05, 0.1, 0.02, 0.08] },
    })),
    layout: { title: "With errors", yaxis: { range: [0, 1.2] } },
  },
  {
    name: "bars on top of each other",
    data: ["right", "wrong", "missed"].map((name, at) => ({
      type: "bar",
      name,
      x: types,
      y: types.map((_, n) => Math.round(100 * wave(n + 2 * at))),
      texttemplate: "%{y}",
    })),
    layout: { barmode: "stack", title: "Stacked", legend: { orientation: "h", y: -0.25 } },
  },
  {
    name: "bars across, in percent",
    data: ["right", "wrong"].map((name, at) => ({
      type: "bar",
      orientation: "h",
      name,
      y: types,
      x: types.map((_, n) => wave(n + 3 * at)),
    })),
    layout: { barmode: "stack", barnorm: "percent", xaxis: { ticksuffix: " %" }, yaxis: { autorange: "reversed" } },
  },
  {
    name: "bars above and below 0",
    data: [1, -1, 0.5].map((sign, at) => ({
      type: "bar",
      name: `part ${at}`,
      x: [2019, 2020, 2021],
      y: [1, 2, 3].map((n) => sign * n * wave(n)),
    })),
    layout: { barmode: "relative", xaxis: { type: "category" } },
  },
  {
    name: "histograms",
    data: [
      { type: "histogram", name: "all", x: samples, opacity: 0.6 },
      { type: "histogram", name: "twice", x: samples.map((value) => value * 0.8 + 1), opacity: 0.6 },
    ],
    layout: { barmode: "overlay", title: "Counted in bins", xaxis: { title: "score" }, yaxis: { title: "count" } },
  },
  {
    name: "histogram in two directions",
    data: [
      { type: "histogram2d", x: samples, y: samples.map((value, at) => value + wave(at * 3)), nbinsx: 20, nbinsy: 20 },
    ],
    layout: { title: "Two directions" },
  },
  {
    name: "dates",
    data: [{ name: "downloads", x: days, y: steps.map(wave), fill: "tozeroy" }],
    layout: { title: "By day", xaxis: { tickformat: "%b %Y" }, yaxis: { rangemode: "tozero" } },
  },
  {
    name: "heat map with missing fields",
    data: [
      {
        type: "heatmap",
        z: grid.map((row, r) => row.map((value, c) => ((r + c) % 11 === 5 ? null : value))),
        colorbar: { title: "score" },
      },
    ],
    layout: { title: "On both sides of 0", xaxis: { title: "width" }, yaxis: { title: "start" } },
  },
  {
    name: "heat map with names and numbers",
    data: [
      {
        type: "heatmap",
        x: types,
        y: ["gold", "found"],
        z: [
          [12, 3, 40, 5],
          [10, 4, 31, 9],
        ],
        texttemplate: "%{z}",
        xgap: 2,
        ygap: 2,
      },
    ],
    layout: {},
  },
  {
    name: "contours",
    data: [{ type: "contour", z: grid, contours: { coloring: "lines", showlabels: true }, ncontours: 8 }],
    layout: { title: "Contours" },
  },
  {
    name: "intervals and a band",
    data: [
      {
        name: "low",
        mode: "lines",
        x: steps,
        y: steps.map((at) => wave(at) - 0.3),
        line: { width: 0 },
        showlegend: false,
      },
      {
        name: "95 %",
        mode: "lines",
        x: steps,
        y: steps.map((at) => wave(at) + 0.3),
        fill: "tonexty",
        line: { width: 0 },
      },
      { name: "mean", mode: "markers", x: steps, y: steps.map(wave), error_y: { type: "constant", value: 0.1 } },
    ],
    layout: { title: "Band and intervals" },
  },
  {
    name: "two vertical axes",
    data: [
      { name: "loss", x: steps, y: steps.map((at) => 10 / (at + 1)) },
      { name: "F1", x: steps, y: steps.map((at) => 60 * (1 - 1 / (at + 1))), yaxis: "y2", line: { dash: "dash" } },
    ],
    layout: {
      yaxis: { title: "loss" },
      yaxis2: { title: "F1 (%)", overlaying: "y", side: "right", showgrid: false },
      legend: { x: 0.4, y: 0.5 },
    },
  },
  {
    name: "four plots in one",
    data: [1, 2, 3, 4].map((n) => ({
      name: `run ${n}`,
      x: steps,
      y: steps.map((at) => wave(at * n)),
      xaxis: `x${n}`,
      yaxis: `y${n}`,
    })),
    layout: { grid: { rows: 2, columns: 2, pattern: "independent" }, title: "Subplots", showlegend: false },
  },
  {
    name: "boxes and violins",
    data: [
      { type: "box", name: "box", y: samples, boxpoints: "outliers" },
      { type: "violin", name: "violin", y: samples.map((value) => value + 1), box: { visible: true } },
      { type: "box", name: "all points", y: samples.slice(0, 40), boxpoints: "all", jitter: 0.4 },
    ],
    layout: { title: "Distributions", showlegend: false },
  },
  {
    name: "parts of a whole",
    data: [{ type: "pie", labels: types, values: [40, 30, 20, 10], hole: 0.4, textinfo: "label+percent" }],
    layout: { title: "Shares" },
  },
  {
    name: "size, colour, symbol",
    data: [
      {
        mode: "markers+text",
        x: steps.slice(0, 12),
        y: steps.slice(0, 12).map(wave),
        text: steps.slice(0, 12).map((at) => `n${at}`),
        textposition: "top center",
        marker: {
          size: steps.slice(0, 12).map((at) => 6 + 2 * at),
          color: steps.slice(0, 12),
          colorscale: "Viridis",
          showscale: true,
          symbol: [
            "circle",
            "square",
            "diamond",
            "cross",
            "x",
            "star",
            "triangle-up",
            "pentagon",
            "hexagram",
            "bowtie",
            "hourglass",
            "circle-open",
          ],
        },
      },
    ],
    layout: { title: "Markers" },
  },
  {
    name: "shapes and notes",
    data: [{ mode: "lines", x: steps, y: steps.map(wave) }],
    layout: {
      title: "With marks",
      shapes: [
        { type: "line", x0: 20, x1: 20, y0: 0, y1: 1, yref: "paper", line: { dash: "dash", color: "#d55e00" } },
        {
          type: "rect",
          x0: 5,
          x1: 10,
          y0: 0,
          y1: 1,
          yref: "paper",
          fillcolor: "#009e73",
          opacity: 0.2,
          line: { width: 0 },
          label: { text: "warm-up" },
        },
      ],
      annotations: [{ x: 20, y: 0.9, text: "the step that is kept", showarrow: true, ax: 60, ay: -30 }],
    },
  },
  {
    name: "an axis of its own",
    data: [{ mode: "lines+markers", x: [1, 2, 3, 4], y: [4, 2, 3, 1] }],
    layout: {
      xaxis: { tickvals: [1, 2, 3, 4], ticktext: types, tickangle: -30 },
      yaxis: { autorange: "reversed", title: "rank", dtick: 1, ticks: "outside", showline: true, mirror: true },
    },
  },
  {
    name: "categories in groups",
    data: [
      {
        type: "bar",
        x: [
          ["2019", "2019", "2024", "2024"],
          ["dev", "test", "dev", "test"],
        ],
        y: [1, 2, 3, 1.5],
      },
    ],
    layout: { title: "Two levels" },
  },
  {
    name: "polar",
    data: [
      {
        type: "scatterpolar",
        r: [3, 2, 5, 4, 3],
        theta: ["speed", "memory", "F1", "size", "speed"],
        fill: "toself",
        name: "a",
      },
      { type: "barpolar", r: [1, 2, 1, 3], theta: [45, 135, 225, 315], name: "b" },
    ],
    layout: {},
  },
  {
    name: "flows",
    data: [
      {
        type: "sankey",
        node: { label: ["gold", "predicted", "right", "wrong", "missed"] },
        link: { source: [0, 0, 1, 1], target: [2, 4, 2, 3], value: [40, 12, 40, 9] },
      },
    ],
    layout: { title: "From gold and predicted" },
  },
  {
    name: "a tree of parts",
    data: [
      {
        type: "treemap",
        labels: ["all", "encoder", "head", "embeddings", "layers", "LSTM"],
        parents: ["", "all", "all", "encoder", "encoder", "head"],
        values: [0, 0, 0, 98, 85, 12],
      },
    ],
    layout: {},
  },
  {
    name: "steps from start to end",
    data: [
      {
        type: "waterfall",
        x: ["start", "filter", "merge", "rest"],
        y: [100, -30, 12, 0],
        measure: ["absolute", "relative", "relative", "total"],
        texttemplate: "%{delta}",
      },
    ],
    layout: { title: "Waterfall" },
  },
  {
    name: "a map",
    data: [
      {
        type: "scattergeo",
        lon: [2.35, -0.12, 13.4, -74],
        lat: [48.9, 51.5, 52.5, 40.7],
        mode: "markers+text",
        text: ["Paris", "London", "Berlin", "New York"],
        textposition: "top center",
      },
    ],
    layout: { geo: { projection: { type: "natural earth" } } },
  },
  {
    name: "a table and a number",
    data: [
      {
        type: "table",
        domain: { x: [0, 0.55], y: [0, 1] },
        header: { values: ["set", "F1"] },
        cells: {
          values: [
            ["dev", "test"],
            [61.2, 58.4],
          ],
        },
      },
      {
        type: "indicator",
        mode: "number+gauge+delta",
        value: 58.4,
        delta: { reference: 55 },
        gauge: { axis: { range: [0, 100] } },
        domain: { x: [0.65, 1], y: [0.1, 0.8] },
      },
    ],
    layout: {},
  },
];
