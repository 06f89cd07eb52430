"""What is in view: days, retailer, currency, stores, categories; as a URL says it and as SQL has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.figures.windows import DEFAULT, Window


@dataclass(frozen=True)
class Choice:
    """What a reader chose, in the words of the URL; empty is all."""

    days: str = DEFAULT
    retailer: str = ""
    currency: str = ""
    stores: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filters:
    """What the figures of a page are of; empty `stores` or `categories` are all."""

    window: Window
    retailer: str
    currency: str
    stores: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def is_whole_chain(self) -> bool:
        """True if no store and no category is left out."""
        return not (self.stores or self.categories)

    def of_metrics(self, *, by_place: bool = True) -> dict[str, Sequence[str]]:
        """The conditions of a question about metrics; `by_place` false where a metric knows no store or category."""
        found: dict[str, Sequence[str]] = {"source": [self.retailer], "currency": [self.currency]}
        if by_place and self.stores:
            found["store"] = self.stores
        if by_place and self.categories:
            found["category"] = self.categories
        return found

    def parameters(self) -> dict[str, object]:
        """Values of the parameters that `condition` names."""
        return {
            "retailer": self.retailer,
            "currency": self.currency,
            "stores": list(self.stores),
            "categories": list(self.categories),
            "first": self.window.first,
            "last": self.window.last,
        }

    def condition(self, *, category: str = "", day: str = "", of: str = "") -> str:
        """SQL of the rows in view of a list: `category` is `category` or `product_id`, `day` a column of dates.

        `of` is the table that the columns are of where there are several, as `alerts.`.
        """
        said = [f"{of}source = {{retailer:String}}"]
        if self.stores:
            said.append(f"{of}store_id in {{stores:Array(String)}}")
        if category == "category" and self.categories:
            said.append(f"{of}category in {{categories:Array(String)}}")
        if category == "product_id" and self.categories:
            said.append(f"{of}product_id in ({_PRODUCTS})")
        if day:
            said.append(f"{day} between {{first:Date}} and {{last:Date}}")
        return " and ".join(said)


_PRODUCTS = (
    "select product_id from reporting.products"
    " where source = {retailer:String} and category in {categories:Array(String)}"
)


def read_choice(url: Mapping[str, Sequence[str]]) -> Choice:
    """What the parameters of a URL say: `days`, `retailer`, `currency`, and `store`, `category` as often as wished."""

    def one(name: str, default: str = "") -> str:
        return next(iter(url.get(name, ())), default)

    return Choice(
        days=one("days", DEFAULT),
        retailer=one("retailer"),
        currency=one("currency"),
        stores=tuple(url.get("store", ())),
        categories=tuple(url.get("category", ())),
    )


def written(choice: Choice) -> dict[str, list[str]]:
    """The parameters of a URL that say this; what is as usual is not said."""
    said = {
        "days": [] if choice.days == DEFAULT else [choice.days],
        "retailer": [choice.retailer],
        "currency": [choice.currency],
        "store": list(choice.stores),
        "category": list(choice.categories),
    }
    return {name: values for name, values in said.items() if any(values)}
