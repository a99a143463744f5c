"""How the shopper sends it back: the ways that a return offers, and the one they choose."""

from __future__ import annotations

from datetime import date

from flask import Response
from pydantic import BaseModel, Field

from saleor_returns_app.domain.methods import METHODS
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.services.logistics import parcels_of
from saleor_returns_app.services.return_methods import Chosen, choose_method, ways_back
from saleor_returns_app.services.slips import SENDING
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx

from .access import actor, blueprint, tenant
from .cases import once, own_case
from .orders import PROBLEMS
from .shapes import CasePath, MoneyOut, StrictIn, WriteHeaders


class WayOut(BaseModel):
    method: ReturnMethod
    text: str
    cost: MoneyOut | None = Field(
        description="What the shop charges for a parcel; null where it costs the shop nothing."
    )
    taken_off: MoneyOut = Field(description="The shopper's part of it, taken off the refund.")


class StoreOut(BaseModel):
    name: str
    address: str
    hours: str


class ParcelOut(BaseModel):
    number: int
    status: str
    method: str = Field(description="Empty where none was chosen.")
    pickup_day: date | None
    pickup_window: str
    store: str
    arranged: bool
    carrier: str
    tracking_number: str


class WaysOut(BaseModel):
    methods: list[WayOut] = Field(description="Empty where nothing is to be sent now.")
    pickup_days: list[date]
    pickup_windows: list[str]
    home: str = Field(description="Where a courier would come to unless another address is given.")
    stores: list[StoreOut]
    parcels: list[ParcelOut]


class WayIn(StrictIn):
    method: ReturnMethod
    pickup_day: date | None = None
    pickup_window: str = Field("", max_length=60)
    pickup_address: str = Field("", max_length=2000)
    store: str = Field("", max_length=200)
    parcel: int | None = Field(
        None,
        ge=0,
        le=99,
        description="Its number; 0, or the number after the last: one more. Without: the one that is announced.",
    )


WAYS = {**PROBLEMS, 200: WaysOut}


@blueprint.get("/cases/<string:number>/ways", responses=WAYS)
def read_ways(path: CasePath) -> Response:
    """How the goods of a return can come back, with what each way costs, and the parcels so far."""
    return Response(_ways(own_case(path.number)).model_dump_json(), content_type="application/json")


@blueprint.post("/cases/<string:number>/ways", responses=WAYS)
def choose_way_back(path: CasePath, body: WayIn, header: WriteHeaders) -> Response:
    """Say how a parcel comes back. What it costs becomes part of the expected refund. Saying the same again changes nothing."""

    def carry_out(new_id: str | None) -> tuple[int, WaysOut]:
        case = own_case(path.number)
        chosen = Chosen(
            method=body.method,
            day=body.pickup_day.isoformat() if body.pickup_day else "",
            window=body.pickup_window,
            address=body.pickup_address,
            store=body.store,
        )
        choose_method(ctx(), tenant().id, case.id, actor=actor(), chosen=chosen, parcel=body.parcel, parcel_id=new_id)
        return 200, _ways(case)

    return once(header.idempotency_key, {"way": path.number, **body.model_dump(mode="json")}, carry_out)


def _ways(case: Case) -> WaysOut:
    with ctx().db.tenant(tenant().id) as session:
        ways = ways_back(ctx(), session, case) if case.status in SENDING else None
        parcels = [_parcel(row) for row in parcels_of(session, case.id)]
    if ways is None:
        return WaysOut(methods=[], pickup_days=[], pickup_windows=[], home="", stores=[], parcels=parcels)
    return WaysOut(
        methods=[
            WayOut(
                method=offered.method,
                text=i18n.gettext(METHODS[offered.method]),
                cost=MoneyOut.of(offered.cost) if offered.cost is not None else None,
                taken_off=MoneyOut.of(offered.taken_off),
            )
            for offered in ways.methods
        ],
        pickup_days=list(ways.days),
        pickup_windows=list(ways.windows),
        home=ways.home,
        stores=[StoreOut(name=place.name, address=place.text, hours=place.hours) for place in ways.stores],
        parcels=parcels,
    )


def _parcel(row: Parcel) -> ParcelOut:
    return ParcelOut(
        number=row.number,
        status=row.status,
        method=row.method,
        pickup_day=row.pickup_day,
        pickup_window=row.pickup_window,
        store=row.place,
        arranged=row.arranged_at is not None,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
    )
