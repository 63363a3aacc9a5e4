"""The forty clauses of the lease, in the plain mark-up that paper.legal reads."""

# ruff: noqa: E501 (the text of a document stands as it reads)

TEXT = """\
# PART A: DEFINITIONS AND LETTING
## 1. Definitions
1.1 In this lease the following words have the following meanings:
- **Building**: the land and building described in the Particulars, including the yard, the roof, the external walls and the Common Parts.
- **Common Parts**: the entrance court, the loading bay, the goods lift, the yard, the refuse store and the corridors of the Building that are not let or meant to be let.
- **Conducting Media**: pipes, drains, sewers, flues, ducts, gutters, wires and cables and the equipment that belongs to them.
- **Insured Risks**: fire, lightning, explosion, storm, flood, escape of water, subsidence, impact, malicious damage, terrorism to the extent that cover is available on reasonable terms, and any other risk against which the Landlord reasonably insures.
- **Interest Rate**: four per cent a year above the base rate of the Carrow Union Bank from time to time.
- **Service Costs**: the costs set out in Schedule 3.
- **Working Day**: a day that is not a Saturday, a Sunday or a public holiday.
1.2 Where two or more persons are a party, their obligations are joint and several. Headings are for convenience only and do not affect the meaning of a clause.
## 2. Letting
2.1 The Landlord lets the Premises to the Tenant with full title guarantee for the Term, at the Rent, together with the rights set out in Schedule 1 and subject to the matters that are reserved there.
2.2 The Tenant has inspected the Premises. Their condition at the beginning of the Term is recorded in the schedule of condition of 17 March 2025, which is signed by the parties and is Schedule 2.
## 3. Quiet enjoyment
3.1 While the Tenant pays the Rent and performs its obligations, the Landlord shall let the Tenant hold the Premises without interruption by the Landlord or anyone who claims through it.
3.2 Scaffolding that is needed for works under clause 17 is not an interruption if access to the Premises and the display windows is kept as free as is reasonably practicable.
## 4. Exclusion of security of tenure
4.1 The parties agree that the statutory right of a business tenant to remain after the end of the Term is excluded. The Landlord served the warning notice on 3 March 2025 and the Tenant made the statutory declaration on 10 March 2025.
# PART B: MONEY
## 5. Rent
5.1 The Tenant shall pay the Rent of £2,450 per month by equal monthly payments in advance on the Payment day, from the Rent commencement date. The first payment is for the period from 25 June 2025 to 31 July 2025 and is apportioned by the day.
5.2 From 25 March 2025 until the Rent commencement date no Rent is payable, because the Tenant is fitting out the Premises. Service charge and insurance rent are payable from 25 March 2025.
5.3 Payment is to be made by bank transfer, without deduction or set-off, unless the law requires it or clause 17.6 allows it.
## 6. Value added tax
6.1 All sums under this lease are exclusive of value added tax. The Tenant shall pay the tax that is properly chargeable on receipt of a valid invoice.
## 7. Interest on late payment
7.1 If a sum is not paid within ten days after it is due, the Tenant shall pay interest on it at the Interest Rate from the due date until payment, before and after any judgment.
7.2 Acceptance of a late payment does not waive the interest.
## 8. Rent review
8.1 On the Review date the Rent shall be increased, but not reduced, in the proportion by which the Carrow Index of Consumer Prices published for January 2028 exceeds the index published for January 2025.
8.2 The reviewed Rent shall not exceed £2,818 per month, which is fifteen per cent above the first Rent.
8.3 Until the reviewed Rent is known the Tenant shall pay the old Rent. The difference is payable, without interest, within fourteen days after the Landlord has given its calculation.
## 9. Deposit
9.1 On the date of this lease the Tenant has paid the Deposit of £7,350 to the Landlord. The Landlord shall hold it in a separate, interest-bearing account in the name "Ashgrove Estates, Hollin & Finch deposit".
9.2 The Landlord may draw on the Deposit for Rent that is more than fourteen days late and for the reasonable cost of putting right a breach that the Tenant has not put right within the time allowed by clause 35. It shall give five Working Days' written notice with an account.
9.3 The Tenant shall restore the Deposit to its full amount within ten Working Days after a drawing.
9.4 The Landlord shall repay the Deposit and the interest on it, less proper drawings, within twenty-eight days after the end of the Term.
## 10. Service charge
10.1 The Tenant shall pay the Service charge share of the Service Costs by quarterly instalments in advance on 25 March, 24 June, 29 September and 25 December, according to the Landlord's estimate.
10.2 The Landlord shall send a certified account within four months after each 31 December. A balance is payable within twenty-one days; an excess is credited against the next instalment.
10.3 The Service charge is capped. In the first year it shall not exceed £3,900, and in each later year it shall not exceed the cap of the year before increased by four per cent. Costs above the cap are borne by the Landlord.
10.4 The Tenant may inspect the vouchers at the office of the managing agent within three months after receipt of the account.
## 11. Insurance rent and outgoings
11.1 The Tenant shall pay 11.4 per cent of the premium for the insurance of the Building within fourteen days after a written demand with a copy of the premium notice.
11.2 The Tenant shall pay the business rates for the Premises and the charges for water, gas, electricity and telecommunications used there. Electricity is measured by sub-meter E3.
# PART C: ENDING EARLY
## 12. Tenant's break clause
12.1 The Tenant may end this lease on 24 March 2028 by giving the Landlord not less than six months' written notice.
12.2 The notice takes effect only if, on the Break date, (a) the Rent then due has been paid and (b) the Tenant gives back the Premises free of occupation by the Tenant and of subleases. No other breach prevents the notice from taking effect.
12.3 If the lease ends under this clause, the Landlord shall within fourteen days repay Rent, Service charge and insurance rent that were paid for a time after the Break date.
12.4 Time is of the essence of the notice period. A notice once given may not be withdrawn without the consent of the Landlord.
## 13. Landlord's redevelopment
13.1 The Landlord has no right to end this lease for redevelopment before 25 March 2029. From that date it may do so by not less than twelve months' written notice, accompanied by a copy of the planning permission, and shall pay compensation of four months' Rent.
## 14. Damage that ends the lease
14.1 If the Premises are destroyed or so damaged by an Insured Risk that they cannot be used, and have not been made fit for use within eighteen months, either party may end this lease by one month's written notice.
# PART D: REPAIR AND ALTERATIONS
## 15. Repair by the Tenant
15.1 The Tenant shall keep the inside of the Premises in good repair, namely the plaster, the floor finishes, the internal doors, the sanitary fittings, the shop front and the glass in it, and the Conducting Media that serve the Premises alone.
15.2 The Tenant need not put the Premises into a better condition than the schedule of condition shows, and need not repair damage by an Insured Risk unless the insurance money is withheld because of its own act.
## 16. Decoration
16.1 The Tenant shall decorate the inside of the Premises in the last three months of the Term, with two coats of good paint in a colour that the Landlord approves.
## 17. Repair by the Landlord
17.1 The Landlord shall keep in good repair the roof, the roof lights, the gutters and downpipes, the foundations, the external and load-bearing walls, the window frames, the Common Parts and the Conducting Media that do not serve the Premises alone.
17.2 The Landlord shall begin a repair within twenty-eight days after the Tenant has given written notice of the want of repair, and shall finish it with due speed.
17.3 Where water enters the Premises, or there is danger to persons or to the stock of paper and books, the Landlord shall make a temporary repair within forty-eight hours after notice by e-mail or telephone to the managing agent.
17.4 The cost of repairs under this clause is a Service Cost, except the cost of renewing the roof lights over the mezzanine, which the Landlord bears alone because the schedule of condition records them as worn out.
17.5 The Landlord is not in breach before it has had notice, unless it knew or ought to have known of the defect from its own inspection.
17.6 If the Landlord does not make a temporary repair in the time that clause 17.3 allows, the Tenant may have it made and may deduct its reasonable and vouched cost, up to £4,000 in a year, from the next payments of Rent.
## 18. Alterations
18.1 The Tenant shall make no structural alteration and shall not cut into the roof, the columns or the external walls.
18.2 The Tenant may put up and take down demountable partitions, shelving and benches without consent. Other internal alterations need the Landlord's written consent, which may not be unreasonably withheld or delayed.
18.3 The board shears and the two standing presses may be bolted to the slab. Their total load shall not exceed 5 kilonewtons per square metre.
## 19. Signs
19.1 The Tenant may keep one sign of not more than 2.4 by 0.6 metres above its entrance, and its name on the board in the entrance court.
## 20. Access by the Landlord
20.1 The Landlord may enter to inspect, to repair and to read meters, on not less than two Working Days' written notice and between 8.30 and 17.30. In an emergency it may enter without notice.
20.2 The Landlord shall make good without delay any damage that it causes, and shall not leave conservation work in the studio uncovered or exposed to dust.
# PART E: USE
## 21. Permitted use
21.1 The Tenant shall use the Premises only for the Permitted use, and may keep them open between 7.00 and 21.00 on any day. Machines that can be heard outside the Premises may run only between 8.00 and 18.30 on Working Days and between 9.00 and 13.00 on Saturdays.
21.2 The Tenant shall not leave the Premises unused for more than thirty days in a row without telling the Landlord and its insurer.
## 22. Dangerous materials
22.1 The Tenant may store not more than forty litres of solvents and adhesives with a flash point below 55 degrees, in a metal cabinet with a drip tray, and shall keep a list of them at the entrance for the fire service.
22.2 No gas cylinder may be kept in the Premises overnight.
## 23. Nuisance and waste
23.1 The Tenant shall cause no nuisance. Paper waste is to be baled and put into the refuse store on Mondays and Thursdays; the loading bay may not be blocked for longer than thirty minutes.
## 24. Legislation
24.1 The Tenant shall comply with the laws on the use of the Premises, in particular on fire safety, health and safety at work and waste, at its own cost. It shall send the Landlord a copy of each notice of an authority within five Working Days.
## 25. Parking
25.1 The Tenant may park two vehicles of not more than 3.5 tonnes in spaces 7 and 8. It may install one charging point at its own cost.
# PART F: DEALINGS
## 26. Assignment
26.1 The Tenant may assign the whole of the Premises with the Landlord's written consent, which may not be unreasonably withheld. The Landlord shall decide within twenty-one days after it has received the accounts of the proposed assignee for the last three years.
26.2 The Landlord may ask the Tenant to guarantee the obligations of its immediate assignee, and no one after it.
26.3 The Tenant may not assign a part of the Premises.
## 27. Underletting
27.1 The Tenant may underlet the mezzanine only, at not less than the proportionate Rent, for a term that ends at least seven days before the end of the Term, and with security of tenure excluded.
## 28. Sharing
28.1 The Tenant may share up to four benches with self-employed binders and conservators, provided that no tenancy is created and that the Landlord is told their names.
## 29. Registration
29.1 The Tenant shall tell the Landlord's solicitors of every assignment, underlease or charge within one month and pay a fee of £60.
# PART G: INSURANCE AND DAMAGE
## 30. Insurance by the Landlord
30.1 The Landlord shall insure the Building against the Insured Risks for its full cost of reinstatement, and for three years' loss of rent, with a reputable insurer. It shall show the policy and the last premium receipt once a year on request.
30.2 The excess is £500 for each claim; for subsidence it is £1,000. The party whose neglect caused the damage bears the excess.
## 31. Reinstatement and abatement of rent
31.1 If the Premises are damaged by an Insured Risk, the Landlord shall use the insurance money to reinstate them and shall make up any shortfall.
31.2 From the date of the damage until the Premises are fit for use again, or for three years if that is sooner, the Rent and the Service charge abate in proportion to the part that cannot be used.
31.3 A dispute on the proportion is decided by an expert under clause 38.
## 32. Insurance by the Tenant
32.1 The Tenant shall insure its stock, its machines and the books that customers have entrusted to it, and shall hold public liability cover of not less than £5,000,000 for each event.
32.2 The Landlord is not liable for loss of the Tenant's stock, except where it was caused by the Landlord's failure to repair in the time that clause 17 allows.
# PART H: DEFAULT
## 33. Right of re-entry
33.1 The Landlord may re-enter the Premises and end this lease if Rent is more than twenty-one days late, whether demanded or not, if the Tenant is in serious breach of its obligations and has not put this right in the time allowed by clause 35, or if the Tenant is wound up or ceases to trade.
## 34. Costs of default
34.1 The Tenant shall pay the Landlord's reasonable and proper costs of a notice of breach and of an application for consent, except where consent is unreasonably withheld.
## 35. Putting breaches right
35.1 The party that is in breach shall put the breach right within twenty-eight days after written notice that describes it, or sooner where there is danger. If it does not, the other party may do so and recover the reasonable cost as a debt.
## 36. Giving back
36.1 At the end of the Term the Tenant shall give back the Premises in the condition that this lease requires, shall take away its machines, signs and partitions, and shall make good the fixing holes.
36.2 The Landlord may dispose of things left behind more than fourteen days after written notice, and shall account for the proceeds.
# PART I: GENERAL
## 37. Notices
37.1 A notice under this lease is to be in writing and delivered by hand or sent by recorded post to the registered office of the recipient. A notice by e-mail is sufficient only under clause 17.3.
37.2 A notice sent by recorded post is received on the second Working Day after posting. The e-mail address of the managing agent for clause 17.3 is repairs@ashgrove-estates.example; its telephone number, day and night, is 01632 960144.
## 38. Disputes
38.1 A dispute about the reviewed Rent, the abatement of Rent or the Service charge shall be decided by an independent surveyor with at least ten years' experience, acting as an expert. If the parties do not agree on one within fourteen days, the President of the Carrow Society of Surveyors appoints one on the request of either.
38.2 Before beginning proceedings on any other dispute the parties shall meet once, and shall then consider mediation in good faith.
## 39. Guarantor
39.1 The Guarantor guarantees the payment of the Rent and the performance of the Tenant's obligations until the earlier of the end of the Term and a lawful assignment. Her liability is limited to £29,400, which is twelve months' Rent.
39.2 The Landlord shall tell the Guarantor within thirty days if Rent is unpaid; otherwise she is not liable for that Rent.
## 40. Law and entire agreement
40.1 This lease and the documents it refers to are the entire agreement of the parties. A change is valid only in writing and signed by both.
40.2 If a provision is void, the rest remains in force. The courts at Carrow Bridge have jurisdiction. No one but the parties may enforce a term of this lease.
"""
