"""An e-mail thread about a leaking roof light, as a mail program saves it: quoted, with an attachment."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

FILE = "Re Water on the mezzanine.eml"

BODY = """\
Dear Ms Garside,

thank you for the call this morning. To sum up what we agreed, so that no one has to rely on memory:

1. The scaffold goes up on Monday 19 January and comes down on Friday 30 January at the latest.
2. Your people cover the benches in the conservation studio before they open the roof. Dust is as bad for
   the Vesper Psalter as water.
3. Mr Lunt inspects all three roof lights on Wednesday 21 January at 9.30 and tells both of us in writing
   whether they can be repaired or must be renewed. Each side pays half of his fee of £680.
4. We have not accepted the £1,250. Our loss stands at £3,914.60, see the list that I attach again:
   hand-made papers £2,870.00, drying and freezing of eleven volumes £744.60, two days' wages £300.00.
5. We have deducted the roofer's bill of £612.00 from the January rent under clause 17.6, because no one came
   within forty-eight hours. The invoice is with Mr Renn.

If anything of this is not as you remember it, please say so by Friday.

Kind regards
Josiah Finch
Hollin & Finch Bookbinders

On 7 January 2026 at 16:42, Philippa Garside <philippa@garside-mott.example> wrote:

> Dear Mr Finch,
>
> I have now spoken to Ashgrove. They are willing to have all three roof lights looked at by Mr Lunt and will
> be bound by what he says on repair or renewal, if you will be bound too. They will not move on the £1,250
> before they have seen his report.
>
> I noticed that the January rent came £612.00 short. Was that a mistake?
>
> Best wishes
> Philippa Garside
>
> On 5 January 2026 at 09:15, Josiah Finch <josiah@hollin-finch.example> wrote:
>
>> Dear Ms Garside,
>>
>> a happy new year. It rained on the 2nd and the tarpaulin held, so thank you for that.
>>
>> About your letter of 9 December: clause 17.4 says in so many words that the Landlord alone bears the cost of
>> renewing the roof lights over the mezzanine, because item 2.3 of the schedule of condition records them
>> as worn out. Patching the flashing for a third winter is not what we signed.
>>
>> Can we agree on Mr Lunt, and that what he says settles it?
>>
>> Josiah Finch
>>
>> On 27 November 2025 at 08:03, Josiah Finch <josiah@hollin-finch.example> wrote:
>>
>>> It is now sixty hours since my first message and nobody has come. We have moved the presses ourselves.
>>> I am calling a roofer this morning (Brandt Roofing, 01632 960177) and will send you the bill.
>>>
>>> On 24 November 2025 at 19:48, Josiah Finch <josiah@hollin-finch.example> wrote:
>>>
>>>> To: repairs@ashgrove-estates.example
>>>> Subject: Water on the mezzanine
>>>>
>>>> Water is coming in at the eastern roof light over the mezzanine, about a bucket in an hour. It runs along
>>>> the beam to the paper store. Please send someone tonight: this is an emergency under clause 17.3.
>>>> My mobile is 07700 900142.
"""

LIST = """\
item;quantity;amount
Hand-made paper, Fabriano, cream;180 sheets;1,620.00
Hand-made paper, marbled;74 sheets;1,250.00
Drying and freezing, Northern Conservation;11 volumes;744.60
Wages, two binders, one day each;2 days;300.00
Total;;3,914.60
"""


def make(folder: Path) -> None:
    """Write the thread into `folder`, with fixed boundaries so that it stays the same."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "Josiah Finch <josiah@hollin-finch.example>"
    message["To"] = "Philippa Garside <philippa@garside-mott.example>"
    message["Cc"] = "Miriam Hollin <miriam@hollin-finch.example>, Oriel Dace <o.dace@marchetti-dace.example>"
    message["Subject"] = "Re: Water on the mezzanine"
    message["Date"] = "Thu, 08 Jan 2026 11:20:00 +0000"
    message["Message-ID"] = "<20260108112000.3118@hollin-finch.example>"
    message["In-Reply-To"] = "<20260107164200.7781@garside-mott.example>"
    message["X-Note"] = "Specimen. Every person, firm and place in this message is invented."
    message.set_content(BODY, charset="utf-8", cte="quoted-printable")
    message.add_attachment(LIST.encode("utf-8"), maintype="text", subtype="csv", filename="loss list.csv")
    message.set_boundary("=_ropewalk_3118")
    (folder / FILE).write_bytes(message.as_bytes())
