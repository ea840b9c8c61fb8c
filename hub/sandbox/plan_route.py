"""The endpoint of the local agency with its made-up plans, each the input of `planSubmit`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.sandbox.plans import generate_plans
from hub.services.plans.render_plan_json import render_plan


def create_plan_route(seed: int) -> Route:
    """Return the route of `/plans`."""

    async def _plans(_: Request) -> Response:
        return JSONResponse({"items": [render_plan(one) for one in generate_plans(seed)]})

    return Route("/plans", _plans)
