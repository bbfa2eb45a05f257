"""Pictures for the report: SVG, without anything to install."""

from html import escape

COLOURS = ('#2563a8', '#c2571a', '#3f8f4f', '#8a4fa3', '#b8862b', '#5a6472')


def bars(path, title, unit, rows):
    """Horizontal bars; rows are (name, value, text beside it)."""
    most = max(value for _, value, _ in rows) or 1
    height = 46 + 30 * len(rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif" '
             f'font-size="13"><rect width="760" height="{height}" fill="#ffffff"/>'
             f'<text x="12" y="24" font-size="15" font-weight="bold" fill="#1d2430">{escape(title)}</text>']
    for i, (name, value, text) in enumerate(rows):
        y = 40 + 30 * i
        width = max(1, 380 * value / most)
        parts.append(f'<text x="212" y="{y + 15}" text-anchor="end" fill="#1d2430">{escape(name)}</text>'
                     f'<rect x="220" y="{y}" width="{width:.1f}" height="20" fill="{COLOURS[0 if i == 0 else 5]}"/>'
                     f'<text x="{226 + width:.1f}" y="{y + 15}" fill="#1d2430">{escape(text)} {escape(unit)}</text>')
    path.write_text(''.join(parts) + '</svg>\n')


def stacked(path, title, unit, names, rows):
    """Bars of several parts; rows are (name, {part: value})."""
    most = max(sum(values.values()) for _, values in rows) or 1
    height = 70 + 30 * len(rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif" '
             f'font-size="13"><rect width="760" height="{height}" fill="#ffffff"/>'
             f'<text x="12" y="24" font-size="15" font-weight="bold" fill="#1d2430">{escape(title)}</text>']
    for i, name in enumerate(names):
        parts.append(f'<rect x="{220 + 110 * i}" y="34" width="12" height="12" fill="{COLOURS[i]}"/>'
                     f'<text x="{237 + 110 * i}" y="45" fill="#1d2430">{escape(name)}</text>')
    for i, (name, values) in enumerate(rows):
        y, x = 58 + 30 * i, 220.0
        parts.append(f'<text x="212" y="{y + 15}" text-anchor="end" fill="#1d2430">{escape(name)}</text>')
        for n, part in enumerate(names):
            width = 400 * values.get(part, 0) / most
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="20" fill="{COLOURS[n]}"/>')
            x += width
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 15}" fill="#1d2430">{sum(values.values()):.0f} {escape(unit)}</text>')
    path.write_text(''.join(parts) + '</svg>\n')
