/** The pictures that `study` leaves beside its numbers. */
import { join } from "node:path";
import { UserError } from "../errors";
import { fillAtomically } from "../files/atomic";
import { writeAll } from "../files/write-all";
import { drawingOf } from "../notebook/figure";
import { figureJson, plainFigure } from "../notebook/figures/json";
import type { FigureObject } from "../notebook/figures/plotly";
import { drawLater } from "../notebook/picture/draw";
import { seedsPlot } from "../notebook/study/atlas";
import { factorsPlot, worthPlot } from "../notebook/study/worth";
import type { ScreeningResult } from "../study/results/factors";
import type { SuspectResult } from "../study/results/result";

/** Twice the pixels, so that a picture is sharp on paper. */
const ZOOM = 2;

/** worth.png and seeds.png of one study. @returns the files */
export async function studyPictures(result: SuspectResult, folder: string): Promise<string[]> {
  const measured = result.arms.some(({ difference }) => difference !== null);
  const plots: [string, FigureObject][] = [
    ...(measured ? [["worth", worthPlot([result], result.suspect)] as [string, FigureObject]] : []),
    ...(result.control.runs.length ? [["seeds", seedsPlot(result)] as [string, FigureObject]] : []),
  ];
  const paths: string[] = [];
  for (const [name, plot] of plots) paths.push(await drawTo(join(folder, `${name}.png`), plot));
  return paths;
}

/** All that has been measured in one picture. @returns the file, or none where nothing has been measured */
export async function suspectsPicture(results: readonly SuspectResult[], path: string): Promise<string[]> {
  const measured = results.some(({ arms }) => arms.some(({ difference }) => difference !== null));
  return measured ? [await drawTo(path, worthPlot(results))] : [];
}

/** A screening's factors. @returns the file */
export const factorsPicture = (result: ScreeningResult, path: string): Promise<string> =>
  drawTo(path, factorsPlot(result));

async function drawTo(path: string, { data, layout = {} }: FigureObject): Promise<string> {
  const picture = await drawLater(drawingOf(figureJson(plainFigure(data, layout)), ZOOM));
  if (picture.fault !== undefined) throw new UserError(`${path} could not be drawn: ${picture.fault}.`);
  const { png } = picture;
  fillAtomically(path, (file) => writeAll(file, png));
  return path;
}
