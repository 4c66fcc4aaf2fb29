"""The comment as a browser shows it: GitHub's Markdown as HTML, its diagrams drawn by Mermaid."""

import shutil
import subprocess
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]  # has no types of its own
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

WEB = Path(__file__).parent / "web" / "node_modules"
MERMAID = WEB / "mermaid" / "dist" / "mermaid.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
STYLE = """
body { font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
       width: 760px; margin: 24px; color: #1f2328; }
code { font: 12px ui-monospace, Menlo, "DejaVu Sans Mono", monospace; background: #818b981f;
       padding: .2em .4em; border-radius: 6px; white-space: break-spaces; }
pre { background: #f6f8fa; padding: 12px; overflow: auto; border-radius: 6px; }
pre code { background: none; padding: 0; white-space: pre; }
table { display: block; overflow: auto; border-collapse: collapse; width: max-content;
        max-width: 100%; }
th, td { border: 1px solid #d1d9e0; padding: 6px 13px; } tr:nth-child(2n) { background: #f6f8fa; }
hr { border: 0; height: 4px; background: #d1d9e0; margin: 20px 0; }
sub { font-size: 75%; line-height: 0; } sub code { font-size: 100%; }
h3 { font-size: 1.25em; }
"""
DRAW = """
document.querySelectorAll('pre[lang=mermaid] > code').forEach((code) => {
  const drawn = document.createElement('div');
  drawn.className = 'mermaid';
  drawn.textContent = code.textContent;
  code.parentElement.replaceWith(drawn);
});
if (window.OPENED) document.querySelectorAll('details').forEach((one) => { one.open = true; });
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
mermaid.run().then(
  () => { document.body.dataset.drawn = 'yes'; },
  (error) => { document.body.dataset.drawn = String(error.message || error); });
"""


def html(markdown: str) -> str:
    """Return Markdown as GitHub's own library renders it; raw HTML is let through."""
    options = Options.CMARK_OPT_UNSAFE
    rendered: str = cmarkgfm.github_flavored_markdown_to_html(markdown, options)
    return rendered


def page(markdown: str, *, opened: bool) -> str:
    """Return a page that shows a comment and draws its diagrams, all folds `opened` or none."""
    flag = f"window.OPENED = {'true' if opened else 'false'};"
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body>{html(markdown)}'
        f'<script src="{MERMAID.as_uri()}"></script><script>{flag}{DRAW}</script></body>'
    )


def browse(folder: Path, markdown: str, *arguments: str, opened: bool = True) -> str:
    """Return what Chromium prints for a page with the comment, asked for by `arguments`."""
    file = folder / "comment.html"
    file.write_text(page(markdown, opened=opened), encoding="utf-8")
    command = [
        CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=20000", *arguments, file.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - Chromium, with arguments of our own
        command, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout
