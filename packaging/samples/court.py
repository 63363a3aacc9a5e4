"""A court's page of opening hours and fees, as a browser saves it: navigation, script, foreign pictures."""

# ruff: noqa: E501 (the text of a document stands as it reads)

from __future__ import annotations

from pathlib import Path

FILE = "Opening hours and fees - Larkspur County Court.html"

TEXT = """\
<!DOCTYPE html>
<!-- saved from url=(0058)https://court.larkspur.example/visit/opening-hours-and-fees -->
<html lang="en">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<title>Opening hours and fees - Larkspur County Court</title>
<meta name="description" content="When the court office is open and what it charges.">
<link rel="stylesheet" href="./Opening hours and fees_files/court.css">
<style>body{font-family:Georgia,serif;max-width:60rem;margin:auto}nav a{margin-right:1em}table{border-collapse:collapse}
td,th{border:1px solid #999;padding:.3em .6em}.hidden{display:none}</style>
<script>window.visits = (window.visits || 0) + 1; document.title = "Opening hours and fees (" + window.visits + ")";</script>
</head>
<body>
<nav aria-label="Main"><a href="https://court.larkspur.example/">Home</a><a href="https://court.larkspur.example/forms">Forms</a>
<a href="https://court.larkspur.example/calendar">Calendar</a><a href="https://court.larkspur.example/jury">Jury service</a></nav>
<main>
<h1>Opening hours and fees</h1>
<p><em>Last changed on January 5, 2026. Specimen: this court and this county are invented.</em></p>
<h2>Clerk&rsquo;s office</h2>
<p>The clerk&rsquo;s office, 200 Courthouse Square, Room 104, is open <strong>Monday to Thursday from 8:30&nbsp;a.m. to
4:30&nbsp;p.m. and Friday from 8:30&nbsp;a.m. to 1:00&nbsp;p.m.</strong> It is closed on public holidays and on the day
after Thanksgiving.</p>
<p>Papers that must be filed on a day when the office is closed may be put into the drop box at the north door. The box
is emptied at 5:00&nbsp;p.m.; what is found in it then counts as filed on that day.</p>
<h3>Telephone</h3>
<p>Civil division 555-0121, criminal division 555-0122, probate 555-0123. Telephone hours are 9:00&nbsp;a.m. to noon.</p>
<h2>Filing fees</h2>
<table>
<caption>Fees from January 1, 2026</caption>
<thead><tr><th>Paper</th><th>Fee</th><th>Remark</th></tr></thead>
<tbody>
<tr><td>Civil complaint, claim up to $10,000</td><td>$95</td><td>Small claims track</td></tr>
<tr><td>Civil complaint, claim over $10,000</td><td>$285</td><td></td></tr>
<tr><td>Answer or first appearance</td><td>$140</td><td>For each party</td></tr>
<tr><td>Motion for summary judgment</td><td>$200</td><td></td></tr>
<tr><td>Jury demand</td><td>$150</td><td>Not refundable after the venire is called</td></tr>
<tr><td>Certified copy</td><td>$6</td><td>For the first page; $1 for each page after it</td></tr>
<tr><td>Petition for probate</td><td>$210</td><td>Estates under $50,000: $75</td></tr>
</tbody>
</table>
<h3>Fee waiver</h3>
<p>You can ask the court to waive fees with form LC-17. Attach proof of income of the last two months. The judge decides
within five court days, and the paper counts as filed on the day when you handed it in.</p>
<h2>Electronic filing</h2>
<p>Lawyers must file electronically. The system takes papers until 11:59&nbsp;p.m.; a paper received after
<strong>5:00&nbsp;p.m.</strong> counts as filed on the next court day. Exhibits over 40 MB are to be split or handed in on
a disc with a cover sheet.</p>
<h2>Getting in</h2>
<ul>
<li>Everyone passes the metal detector; allow fifteen minutes.</li>
<li>Telephones must be switched off in court rooms. Recording is forbidden without the judge&rsquo;s order.</li>
<li>The ramp and the lift are at the east door. An induction loop is fitted in court rooms 2 and 5.</li>
<li>Interpreters are free of charge; ask at least ten court days before the hearing.</li>
</ul>
<div class="hidden">Session token: none</div>
</main>
<footer><p>&copy; 2026 Larkspur County Court</p>
<img src="https://count.larkspur.example/pixel.gif?page=fees" width="1" height="1" alt="">
<script src="https://count.larkspur.example/count.js"></script></footer>
</body>
</html>
"""


def make(folder: Path) -> None:
    """Write the page into `folder`."""
    (folder / FILE).write_bytes(TEXT.encode("utf-8"))
