from types import SimpleNamespace

from mmphate_widget.widget.routing import hear_beside_cells


class Comm:
    def _reply_subshell_for(self, data, asked):
        return "where the comm last spoke from"


def test_a_pages_message_goes_where_the_page_sent_it():
    comm = Comm()
    hear_beside_cells(comm)
    assert comm._reply_subshell_for({}, "subshell") == "subshell"
    assert comm._reply_subshell_for({}, None) is None
    assert Comm()._reply_subshell_for({}, None) is not None


def test_a_comm_without_the_rule_is_left_alone():
    comm = SimpleNamespace()
    hear_beside_cells(comm)
    hear_beside_cells(None)
    assert vars(comm) == {}
