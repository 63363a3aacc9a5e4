"""The schedules of the lease, in the plain mark-up that paper.legal reads."""

# ruff: noqa: E501 (the text of a document stands as it reads)

TEXT = """\
# SCHEDULE 1: RIGHTS AND RESERVATIONS
1. The Tenant has the right, in common with others, to pass over the entrance court and the yard at all times, to use the goods lift between 7.00 and 19.00, to use the loading bay, and to use the Conducting Media that serve the Premises.
2. The Tenant has the right of support and shelter from the rest of the Building, and of escape through Unit 4 in case of fire.
3. The Landlord reserves the right to build on and alter the rest of the Building, provided that light to the north windows of the conservation studio is not reduced by more than one tenth.
4. The Landlord reserves the right to run Conducting Media through the ceiling void above the workshop, but not above the paper store.
# SCHEDULE 2: SCHEDULE OF CONDITION (EXTRACT)
The full schedule with 64 photographs is held by both parties. The following entries were agreed on 17 March 2025:
| Item | Place | Condition recorded |
| 2.1 | Workshop floor | Concrete, painted; hairline cracks along the column line, none wider than 2 mm |
| 2.2 | North windows | Steel frames, sound; two panes cracked in the third bay |
| 2.3 | Mezzanine roof lights | Three, of wired glass; seals perished, flashing lifted, worn out; staining on the boards below the eastern one |
| 2.4 | Goods door | Roller shutter, serviced in January 2025; manual chain in order |
| 2.5 | Heating | Gas boiler of 2019, 38 kW; last certificate 6 February 2025 |
| 2.6 | Paper store | Dry; relative humidity measured at 48 per cent |
# SCHEDULE 3: SERVICE COSTS
1. The following are Service Costs: cleaning and lighting the Common Parts; maintenance of the goods lift and the fire alarm; clearing of gutters twice a year; repairs under clause 17 that are not excluded by clause 17.4; security of the yard; the fee of the managing agent, up to eight per cent of the other Service Costs; and the cost of the certified account.
2. The following are not Service Costs: improvement of the Building; the cost of letting other units; the cost of collecting rent from other tenants; damage by an Insured Risk; and the putting right of defects in the design of the Building.
3. The estimate for the year 2025 is:
| Service Cost | Whole Building | Share of Unit 3 (11.4 per cent) |
| Cleaning and lighting | £8,200 | £934.80 |
| Goods lift and fire alarm | £6,450 | £735.30 |
| Gutters, roof and external repairs | £9,600 | £1,094.40 |
| Security of the yard | £3,700 | £421.80 |
| Managing agent and account | £2,940 | £335.16 |
| Total | £30,890 | £3,521.46 |
# SCHEDULE 4: YARD AND BUILDING RULES
1. The gates are locked at 21.30. Each tenant receives three keys; a lost key costs £45.
2. Vehicles may not stand with running engines, and the speed in the yard is 10 kilometres an hour.
3. Deliveries on pallets are booked with the caretaker, Mr Oduya, by noon of the day before, by telephone 01632 960151.
4. The fire alarm is tested on Wednesdays at 10.00. Everyone meets at the mooring posts.
"""
