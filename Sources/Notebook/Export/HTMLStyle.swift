/// The style sheet of the HTML export.
enum HTMLStyle {
  static let css = """
    :root {
      --paper: #fdfdfb; --ink: #1f2328; --muted: #656d76; --rule: #e2e2dc; --panel: #f5f5f1;
      --accent: #0b6e75; --error: #b42318; --error-panel: #fdf0ee; --warning: #8a5a00;
      --warning-panel: #fbf4e2; --good: #2c7a3f; --mark: #fff2b3;
      --k: #8250a8; --n: #0a5ea8; --s: #2f6f2f; --i: #a0522d; --c: #7a7f85; --o: #9a3b5e; --f: #0b6e75;
      --prose: Charter, "Bitstream Charter", "Iowan Old Style", "Palatino Linotype", Palatino,
        "URW Palladio L", P052, "Source Serif 4", Georgia, serif;
      --plain: -apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Noto Sans", Cantarell,
        Ubuntu, "Liberation Sans", Arial, sans-serif;
      --mono: ui-monospace, "SF Mono", SFMono-Regular, "Cascadia Mono", Menlo, Consolas,
        "Noto Sans Mono", "DejaVu Sans Mono", "Liberation Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #16181b; --ink: #d9dce0; --muted: #959da6; --rule: #30343a; --panel: #1e2125;
        --accent: #5cc3cb; --error: #ff8a7d; --error-panel: #2f1d1c; --warning: #e3b341;
        --warning-panel: #2a2415; --good: #7ac98b; --mark: #5b4d10;
        --k: #c99be8; --n: #7fb8f0; --s: #94cf8f; --i: #e0a276; --c: #848c95; --o: #e590b0; --f: #5cc3cb;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 1.0625rem/1.62 var(--prose); text-rendering: optimizeLegibility;
    }
    main { max-width: 50rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; overflow-wrap: break-word; }
    main > p, main > ul, main > ol, main > dl, main > blockquote, header p { max-width: 43.5rem; }
    h1, h2, h3, h4, h5, h6 {
      font-family: var(--plain); font-weight: 650; line-height: 1.25; margin: 2.2em 0 .7em;
      position: relative; letter-spacing: -.011em; text-wrap: balance;
    }
    h1 { font-size: 2rem; margin-top: 0; } h2 { font-size: 1.45rem; } h3 { font-size: 1.17rem; }
    h4, h5, h6 { font-size: 1rem; }
    h1 + h2, h2 + h3, h3 + h4 { margin-top: 1.1em; }
    header { margin-bottom: 2.6rem; padding-bottom: 1.4rem; border-bottom: 1px solid var(--rule); }
    header h1 { margin: 0; font-size: 2.3rem; letter-spacing: -.02em; }
    header p { margin: .55rem 0 0; }
    .subtitle { font-size: 1.2rem; color: var(--muted); }
    .byline { font-family: var(--plain); font-size: .9rem; color: var(--muted); }
    .byline span { margin: 0 .25em; }
    .description { font-style: italic; }
    .anchor {
      position: absolute; left: -1.1em; width: 1.1em; color: var(--muted); font-weight: 400;
      text-decoration: none; opacity: 0;
    }
    h1:hover .anchor, h2:hover .anchor, h3:hover .anchor, h4:hover .anchor { opacity: .7; }
    p, ul, ol, dl, table, blockquote, figure, pre { margin: 0 0 1.05em; }
    a { color: var(--accent); text-decoration-thickness: .06em; text-underline-offset: .18em; }
    a:focus-visible, pre:focus-visible, summary:focus-visible {
      outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px;
    }
    :target { scroll-margin-top: 1rem; }
    .cell:target > .source, .cell:target > .output:first-child { box-shadow: -3px 0 var(--accent); }
    ul, ol { padding-left: 1.6em; } li { margin: .25em 0; } li > p { margin-bottom: .5em; }
    li:has(> input[type="checkbox"]) { list-style: none; margin-left: -1.5em; }
    input[type="checkbox"] { accent-color: var(--accent); margin: 0 .45em 0 0; vertical-align: -.06em; }
    blockquote { padding: .1em 0 .1em 1.1em; border-left: 3px solid var(--rule); color: var(--muted); }
    blockquote > :last-child { margin-bottom: 0; }
    hr { border: 0; border-top: 1px solid var(--rule); margin: 2.5em 0; }
    mark { background: var(--mark); color: inherit; padding: 0 .15em; }
    kbd {
      font: .82em var(--mono); padding: .1em .4em; border: 1px solid var(--rule); border-bottom-width: 2px;
      border-radius: 4px; background: var(--panel);
    }
    img { max-width: 100%; height: auto; }
    code { font-family: var(--mono); font-size: .86em; font-variant-ligatures: none; }
    :not(pre) > code { background: var(--panel); border-radius: 4px; padding: .12em .32em; }
    a > code, h1 code, h2 code, h3 code { background: none !important; padding: 0 !important; }
    pre {
      font: .8rem/1.55 var(--mono); font-variant-ligatures: none; overflow-x: auto; tab-size: 4;
      border-radius: 6px; padding: .8rem 1rem; background: var(--panel);
    }
    pre code { font-size: inherit; }
    table {
      border-collapse: collapse; font-family: var(--plain); font-size: .9rem; line-height: 1.45;
      font-variant-numeric: tabular-nums; display: block; width: max-content; max-width: 100%; overflow-x: auto;
    }
    th { font-weight: 600; border-bottom: 1.5px solid var(--muted); }
    th:not([align]) { text-align: left; }
    th, td { padding: .38em .9em; } td { border-bottom: 1px solid var(--rule); vertical-align: top; }
    th:first-child, td:first-child { padding-left: .2em; }
    math { font-size: 1.06em; font-family: "Latin Modern Math", "STIX Two Math", "TeX Gyre Pagella Math",
      "Cambria Math", "DejaVu Math TeX Gyre", math; }
    .display-math { display: block; overflow-x: auto; overflow-y: hidden; padding: .35em 0; text-align: center; }
    code.math { background: none; color: var(--muted); }
    .footnotes { font-size: .9rem; color: var(--muted); border-top: 1px solid var(--rule); margin-top: 2.5em; padding-top: .8em; }
    .raw-html, .missing { color: var(--muted); font: .86rem var(--mono); white-space: pre-wrap; }

    .cell { margin: 0 0 1.5em; scroll-margin-top: 1rem; }
    .source { position: relative; }
    .source pre { margin: 0; border: 1px solid var(--rule); }
    .source .name {
      position: absolute; top: -.8em; right: .8em; font: .68rem/1.5 var(--plain); color: var(--muted);
      text-decoration: none; padding: 0 .5em; border-radius: 4px; background: var(--paper);
      border: 1px solid var(--rule);
    }
    .source .name:hover, .source .name:focus { color: var(--accent); border-color: var(--accent); }
    .output { margin-top: .45rem; }
    .output > * { margin: 0 0 .45rem; }
    .output > :last-child { margin-bottom: 0; }
    .output pre { padding: .35rem 1rem; background: none; border-left: 3px solid var(--rule); border-radius: 0; }
    .output pre.value { border-left-color: var(--accent); }
    .output pre.diagnostic { padding: .8rem 1rem; border-radius: 0 6px 6px 0; }
    pre.error { background: var(--error-panel) !important; border-left-color: var(--error) !important; }
    pre.error strong { color: var(--error); }
    pre.warning { background: var(--warning-panel) !important; border-left-color: var(--warning) !important; }
    pre.warning strong { color: var(--warning); }
    pre.diagnostic strong { white-space: pre-wrap; }
    .not-run .source pre, .not-evaluated .source pre { border-style: dashed; background: none; }
    .note, .claim { font: .8rem var(--plain); color: var(--muted); }
    .claim.holds { font-size: .72rem; text-align: right; } .claim.holds::before { content: "\\2713\\a0"; color: var(--good); }
    .claim.differs summary { color: var(--warning); cursor: pointer; }
    .claim del, .claim ins { text-decoration: none; } .claim del { color: var(--error); } .claim ins { color: var(--good); }
    .banner {
      font-family: var(--plain); font-size: .92rem; background: var(--error-panel); color: var(--error);
      border-left: 3px solid var(--error); border-radius: 0 6px 6px 0; padding: .7rem 1rem;
    }
    .banner a { color: inherit; }
    figure { margin: .9rem 0 1.1rem; text-align: center; }
    .picture { overflow-x: auto; } .picture svg, .picture img { max-width: 100%; height: auto; vertical-align: top; }
    figcaption { font: .86rem/1.5 var(--plain); color: var(--muted); max-width: 38rem; margin: .55rem auto 0; }
    .k { color: var(--k); } .n { color: var(--n); } .s { color: var(--s); } .i { color: var(--i); }
    .c { color: var(--c); font-style: italic; } .o { color: var(--o); } .f { color: var(--f); }

    .contents { font: .84rem/1.4 var(--plain); }
    .contents ul { list-style: none; margin: 0; padding: 0; } .contents li { margin: .42em 0; }
    .contents .level-2 { padding-left: 1em; } .contents .level-3 { padding-left: 2em; }
    .contents a { color: var(--muted); text-decoration: none; } .contents a:hover { color: var(--accent); }
    .contents.wide { display: none; }
    .contents.narrow { max-width: 50rem; margin: 0 auto; padding: 1rem 1.5rem 0; }
    .contents.narrow summary { cursor: pointer; color: var(--muted); }
    .has-contents main { padding-top: 2rem; }
    @media (min-width: 75rem) {
      .contents.narrow { display: none; }
      .contents.wide {
        display: block; position: fixed; top: 0; bottom: 0; width: 15rem; overflow-y: auto;
        left: max(1.5rem, calc(50% - 43rem)); padding: 4.2rem 0 2rem;
      }
      .has-contents main { padding-top: 3.5rem; margin-left: max(17.5rem, calc(50% - 25rem)); margin-right: auto; }
    }

    footer { margin-top: 4.5rem; padding-top: 1.2rem; border-top: 1px solid var(--rule); font: .82rem/1.5 var(--plain); color: var(--muted); }
    footer h2 { font-size: .82rem; text-transform: uppercase; letter-spacing: .06em; margin: 0 0 .8em; }
    footer dl { display: grid; grid-template-columns: max-content 1fr; gap: .3em 1.4em; margin: 0 0 .8em; }
    footer dt { font-weight: 600; } footer dd { margin: 0; overflow-wrap: anywhere; }
    footer summary { cursor: pointer; } footer table { width: 100%; display: table; font-size: .8rem; margin-top: .6em; }
    footer td:nth-child(2) { white-space: nowrap; text-align: right; } footer td:nth-child(3) { width: 60%; vertical-align: middle; }
    footer th:nth-child(2) { text-align: right; } footer .remark { opacity: .8; }
    footer .bar { display: block; height: .45em; border-radius: 2px; background: var(--accent); opacity: .5; min-width: 1px; }
    @media (max-width: 40rem) {
      body { font-size: 1rem; } main { padding: 1.6rem 1.1rem 3rem; }
      header h1 { font-size: 1.75rem; } h1 { font-size: 1.6rem; } h2 { font-size: 1.28rem; }
      pre { font-size: .76rem; padding: .7rem .8rem; } .anchor { display: none; }
      .contents.narrow { padding: 1rem 1.1rem 0; }
      footer dl { grid-template-columns: 1fr; gap: 0; } footer dd { margin-bottom: .5em; }
    }
    @media print {
      :root {
        --paper: #fff; --ink: #000; --muted: #444; --rule: #ccc; --panel: #f6f6f6; --accent: #00545a;
        --error: #900; --error-panel: #fff; --warning: #640; --warning-panel: #fff; --good: #252;
        --k: #5b2f80; --n: #064680; --s: #1f571f; --i: #7a3a1a; --c: #666; --o: #7a2444; --f: #00545a;
      }
      body { font-size: 10.5pt; } main { max-width: none; padding: 0; margin: 0 !important; }
      .contents, .anchor, .source .name { display: none !important; }
      pre { white-space: pre-wrap; overflow: visible; font-size: 8.5pt; }
      .cell, figure, table { break-inside: avoid; } h1, h2, h3, h4 { break-after: avoid; }
      a { color: inherit; }
    }

    """
}
