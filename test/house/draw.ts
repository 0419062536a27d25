/**
 * The picture of the house: every folder of lib as a floor, cli on top and files at the bottom, and the walks of two calls
 * through it (predict: one text; train: two steps), each floor numbered in the order in which the call first enters it.
 */
import { folderOf, type Imports, ORDER } from "./imports";
import type { Step } from "./walk";

export interface Walk {
  name: string;
  colour: string;
  steps: readonly Step[];
}

/** Files in the order in which a walk first enters them. */
export function filesOf({ steps }: Walk): string[] {
  return [...new Set(steps.map(({ to }) => to))];
}

/** Floors (folders of lib) in the order of first entry. */
export function floorsOf(walk: Walk): string[] {
  return [...new Set(filesOf(walk).map(folderOf))].filter((folder) => folder !== "");
}

const [WIDTH, FLOOR, LEFT, NAME] = [1060, 36, 16, 150];

export function drawHouse(imports: Imports, walks: readonly Walk[]): string {
  const built = new Set([...imports.keys()].map(folderOf));
  const floors = [...ORDER].reverse().filter((name) => built.has(name));
  const height = floors.length * FLOOR + 84;
  const top = (name: string) => 40 + floors.indexOf(name) * FLOOR;
  const boxes = floors.map((name) => floorBox(name, top(name), roomsIn(name, imports)));
  const paths = walks.map((walk, n) => walkPath(walk, top, WIDTH - 210 + n * 100));
  const legend = walks.map(
    ({ name, colour }, n) =>
      `<text x="${WIDTH - 210 + n * 100}" y="28" fill="${colour}" font-weight="bold" text-anchor="middle">${name}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" role="img">`,
    "<title>The folders of lib as floors, and the walks of predict and train through them</title>",
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="28" fill="#333333">a floor imports only from the floors below it</text>`,
    ...boxes,
    ...legend,
    ...paths,
    `<text x="${LEFT}" y="${height - 20}" fill="#333333">numbers: the order in which a call first enters a floor; drawn by test/house</text>`,
    "</svg>",
    "",
  ].join("\n");
}

/** The folders inside a floor. */
function roomsIn(folder: string, imports: Imports): string[] {
  const inside = [...imports.keys()].filter((file) => folderOf(file) === folder).map((file) => file.split("/"));
  return [...new Set(inside.filter((parts) => parts.length > 2).map((parts) => parts[1]))];
}

function floorBox(name: string, y: number, rooms: readonly string[]): string {
  const text = rooms.length ? rooms.join("  ·  ") : "";
  return [
    `<rect x="${LEFT}" y="${y}" width="${WIDTH - 2 * LEFT}" height="${FLOOR - 6}" rx="4" fill="#f2f5f9" stroke="#c4cedb"/>`,
    `<text x="${LEFT + 10}" y="${y + 20}" font-weight="bold" fill="#1f2d3d">${name}</text>`,
    `<text x="${LEFT + NAME}" y="${y + 20}" fill="#44546a" font-size="12">${text}</text>`,
  ].join("");
}

function walkPath(walk: Walk, top: (floor: string) => number, x: number): string {
  const places = floorsOf(walk).map((floor, n) => ({ n: n + 1, x: x + (n % 2 ? 14 : -14), y: top(floor) + 15 }));
  const line = places.map(({ x: px, y }) => `${px},${y}`).join(" ");
  const dots = places.map(
    ({ n, x: px, y }) =>
      `<circle cx="${px}" cy="${y}" r="10" fill="${walk.colour}"/><text x="${px}" y="${y + 4}" fill="#ffffff" font-size="11" text-anchor="middle">${n}</text>`,
  );
  return `<polyline points="${line}" fill="none" stroke="${walk.colour}" stroke-width="2" opacity="0.5"/>${dots.join("")}`;
}
