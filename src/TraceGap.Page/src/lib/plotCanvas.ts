import type uPlot from 'uplot';

/** A copy of what a plot shows, on a background, to be saved. */
export function plotCanvas(plot: uPlot | null, background: string): HTMLCanvasElement | null {
  const source = plot?.ctx.canvas;
  if (!source) {
    return null;
  }
  const copy = document.createElement('canvas');
  copy.width = source.width;
  copy.height = source.height;
  const context = copy.getContext('2d')!;
  context.fillStyle = background;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(source, 0, 0);
  return copy;
}
