"""`xinshu withdraw`: takes back one wrong record of an organ, at once and for good."""

from getpass import getuser

import click

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import normalise
from xinshu.proceedings.intake import actions
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.register.records.own import own_records
from xinshu.register.subjects.queries import named_by


class NotOneRecord(XinshuError):
    """There is no such record of that organ, or several."""


@click.command()
@click.argument("code")
@click.argument("number")
@click.option("--organ", required=True, help="撤回机关的统一社会信用代码 Code of the organ that takes it back.")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([str(reason) for reason in WithdrawalReason], case_sensitive=False),
    help="理由 Why.",
)
@click.option("--kind", help="类目，同一文号有多条时须指明 Kind, where several records have that number.")
@click.option("--words", default="", help="说明，至多500字 In the organ's own words, at most 500 characters.")
def withdraw(code: str, number: str, organ: str, reason: str, kind: str | None, words: str) -> None:
    """撤回一条错误信息 Take back the record of body CODE with document NUMBER.

    立即停止公示和使用，不能恢复（行政处罚法第48条）。
    It is gone at once and for good (Administrative Penalty Law, article 48).

    例 Example: xinshu withdraw 919999990000002110 示市监罚〔2026〕1号 --organ 11999999TE5T001041
    --reason ENTERED_WRONGLY
    """
    moment = now()
    with store(moment):
        bodies = [body.subject for body in named_by(normalise(code))]
        found = own_records(organ=organ, subjects=bodies, document_number=number)
        wanted = [record for record in found if kind in {None, record["kind"]}]
        if len(wanted) != 1:
            raise NotOneRecord(_why(wanted))
        actions.withdraw(
            organ_code=organ,
            subject_code=normalise(code),
            record_ref=wanted[0]["record_ref"],
            reason=WithdrawalReason(reason.upper()),
            words=words,
            actor=f"cli:{getuser()}",
            moment=moment,
        )
    click.echo(f"已撤回 withdrawn  {wanted[0]['kind']} {number}")


def _why(wanted: list[dict[str, object]]) -> str:
    if wanted:
        kinds = ", ".join(sorted({str(record["kind"]) for record in wanted}))
        return f"有{len(wanted)}条，请用 --kind 指明：{kinds}。There are {len(wanted)}; name one with --kind."
    return (
        "没有这条可撤回的信息：请核对主体代码、文号和机关代码，或该信息已经终止。"
        " No such record can be withdrawn: check the codes and the number; or it has ended already."
    )
