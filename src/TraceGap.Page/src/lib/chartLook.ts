import { theme } from './theme.svelte';

/** What the axes and tooltips of bar charts have in common; asked for again when the theme changes. Tooltips are drawn, not parsed. */
export function chartLook() {
  return {
    tooltip: {
      renderMode: 'richText' as const,
      confine: true,
      backgroundColor: theme.token('--raised'),
      borderColor: theme.token('--line'),
      textStyle: { color: theme.token('--text') },
    },
    splitLine: { lineStyle: { color: theme.token('--line') } },
    numbers: { color: theme.token('--muted'), hideOverlap: true },
    names: { axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: theme.token('--text'), fontSize: 13 } },
  };
}

/** Which bar a tooltip is about. */
export function pointed(point: unknown): { series: number; bar: number } {
  const { seriesIndex, dataIndex } = (Array.isArray(point) ? point[0] : point) as { seriesIndex?: number; dataIndex: number };
  return { series: seriesIndex ?? 0, bar: dataIndex };
}
