package dev.newt.report;

/** The style of pages with charts, light and dark. */
final class PageStyle {
    static final String CHARTS =
            """
            :root { color-scheme: light dark; --ink: #1c2126; --dim: #5b6570; --line: #d9dee3; --page: #ffffff;
              --soft: #f4f6f8; --s0: #1f6fb2; --s1: #c2540a; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --dim: #9aa5b0; --line: #343c44;
              --page: #14181c; --soft: #1d2329; --s0: #6cb6f5; --s1: #f5a05a; } }
            body { margin: 2rem auto; max-width: 1100px; padding: 0 1rem; background: var(--page); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
            .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1rem; }
            figure { margin: 0; } figcaption { font-weight: 600; }
            svg { width: 100%; height: auto; }
            svg .grid { stroke: var(--line); stroke-width: 1; }
            svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
            svg polyline { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
            svg .s0 { stroke: var(--s0); } svg .s1 { stroke: var(--s1); }
            svg circle.s0 { fill: var(--s0); } svg circle.s1 { fill: var(--s1); }
            table { border-collapse: collapse; width: 100%; }
            th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
            td.text, pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace; }
            pre { background: var(--soft); padding: .8rem; border-radius: 6px; }
            .dim { color: var(--dim); }
            """;

    private PageStyle() {}
}
