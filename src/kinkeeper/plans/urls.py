"""Addresses of plans and reviews, of their sheets, and of the deeds on them."""

from __future__ import annotations

from django.urls import path

from kinkeeper.plans import views

urlpatterns = [
    path("plans/<str:code>/", views.plan, name="plan"),
    path("plans/<str:code>/pdf/", views.plan_sheet, name="plan_sheet"),
    path("plans/<str:code>/pdf/child/", views.plan_sheet_for_child, name="plan_sheet_for_child"),
    path("plans/<str:code>/describe-plan/", views.describe_plan, name="describe_plan"),
    path("plans/<str:code>/add-goal/", views.add_goal, name="add_goal"),
    path("plans/<str:code>/plan-contact/", views.plan_contact, name="plan_contact"),
    path("plans/<str:code>/drop-plan/", views.drop_plan, name="drop_plan"),
    path("plans/<str:code>/approve-plan/", views.approve_plan, name="approve_plan"),
    path("plans/<str:code>/replace-plan/", views.replace_plan, name="replace_plan"),
    path("goals/<str:code>/change-goal/", views.change_goal, name="change_goal"),
    path("goals/<str:code>/drop-goal/", views.drop_goal, name="drop_goal"),
    path("goals/<str:code>/add-action/", views.add_action, name="add_action"),
    path("actions/<str:code>/drop-action/", views.drop_action, name="drop_action"),
    path("actions/<str:code>/finish-action/", views.finish_action, name="finish_action"),
    path("planned-contacts/<str:code>/drop-contact/", views.drop_contact, name="drop_contact"),
    path("cases/<str:code>/draft-plan/", views.draft_plan, name="draft_plan"),
    path("cases/<str:code>/open-review/", views.open_review, name="open_review"),
    path("reviews/<str:code>/", views.review, name="review"),
    path("reviews/<str:code>/pdf/", views.review_sheet, name="review_sheet"),
    path("reviews/<str:code>/pdf/child/", views.review_sheet_for_child, name="review_sheet_for_child"),
    path("reviews/<str:code>/postpone-review/", views.postpone_review, name="postpone_review"),
    path("reviews/<str:code>/hold-review/", views.hold_review, name="hold_review"),
    path("children/<str:code>/record-review/", views.record_review, name="record_review"),
]
