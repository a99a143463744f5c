"""Replies to begin with: polite, plain, and true in most shops. Whoever adds them reads and changes them."""
# ruff: noqa: E501 whole sentences read better than halves

from __future__ import annotations

from dataclasses import dataclass

from saleor_returns_app.domain.cases import Reason


@dataclass(frozen=True, slots=True)
class Starter:
    """A reply in each language; `reason` empty: for all."""

    name: str
    reason: str
    bodies: dict[str, str]


STARTERS = (
    Starter(
        "Thank you, we are looking into it",
        "",
        {
            "en": "Hello {customer_name},\n\nthank you for your message about {number}. We are looking into it and answer by {due_date}.",
            "zh": "{customer_name}，您好：\n\n感谢您就 {number} 与我们联系。我们正在处理，将在 {due_date} 前答复您。",
        },
    ),
    Starter(
        "Please send photos",
        Reason.DAMAGED,
        {
            "en": "Hello {customer_name},\n\nwe are sorry that {items} arrived damaged. Could you add two photos to this message: one of the "
            "damage and one of the packaging with its label? Then we can settle it with the carrier, and you do not have to wait for that.",
            "zh": "{customer_name}，您好：\n\n很抱歉 {items} 到货时已损坏。请随消息附上两张照片：一张损坏处，一张带面单的包装。"
            "我们会与承运商处理，您无需等待其结果。",
        },
    ),
    Starter(
        "Keep it and get part of the money back",
        Reason.QUALITY,
        {
            "en": "Hello {customer_name},\n\nwe are sorry that {items} does not live up to what you expected. If you would like to keep it, we offer "
            "you part of the price back: the offer is on the page of your return. If you would rather send it back, that is fine as well.",
            "zh": "{customer_name}，您好：\n\n很抱歉 {items} 未达到您的期望。如果您愿意保留商品，我们可退还部分货款，"
            "方案见您的退货页面。如果您更希望退货，也完全没有问题。",
        },
    ),
    Starter(
        "We sent the wrong item",
        Reason.WRONG_ITEM,
        {
            "en": "Hello {customer_name},\n\nwe are sorry: we sent you the wrong item. We send you the right one, and the way back costs you nothing. "
            "What you received should come back in its packaging, with {number} on the parcel.",
            "zh": "{customer_name}，您好：\n\n非常抱歉，我们发错了商品。我们会补发正确的商品，退回的邮费由我们承担。"
            "请将收到的商品连同原包装寄回，并在包裹上写明 {number}。",
        },
    ),
    Starter(
        "Something is missing",
        Reason.MISSING,
        {
            "en": "Hello {customer_name},\n\nwe are sorry that something is missing from your order {order_number}. We send it to you at no cost. "
            "Please keep what you have.",
            "zh": "{customer_name}，您好：\n\n很抱歉您的订单 {order_number} 缺少物品。我们会免费补寄，已收到的请您保留。",
        },
    ),
    Starter(
        "Outside of the return period",
        "",
        {
            "en": "Hello {customer_name},\n\nthank you for your request. The time to return {items} is over, so we cannot take it back as usual. If "
            "something is wrong with it, please tell us what: then other rules hold, and we find a way.",
            "zh": "{customer_name}，您好：\n\n感谢您的申请。{items} 的退货期限已过，我们无法按常规受理。如果商品存在问题，"
            "请告诉我们具体情况：此时适用其他规则，我们会为您想办法。",
        },
    ),
    Starter(
        "Not as it was sent out",
        "",
        {
            "en": "Hello {customer_name},\n\nyour parcel arrived. {items} shows signs of use that go beyond trying it out, so we cannot refund all of it. "
            "On the page of your return you find our offer; tell us if you see it differently.",
            "zh": "{customer_name}，您好：\n\n您的包裹已送达。{items} 有超出试用程度的使用痕迹，因此无法全额退款。"
            "我们的方案见您的退货页面；如有不同意见，请告诉我们。",
        },
    ),
    Starter(
        "Your refund is on its way",
        "",
        {
            "en": "Hello {customer_name},\n\nyour refund of {amount} for {number} is on its way. Depending on your bank it takes some business days until you see it.",
            "zh": "{customer_name}，您好：\n\n您的退款 {amount}（{number}）正在途中，视银行而定，需数个工作日到账。",
        },
    ),
)
