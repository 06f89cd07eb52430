"""The dashboard's way in: five pages under one header. Served by `./retail dashboard`."""

import streamlit as st

from dashboard.look.page import run_page
from dashboard.screens import PAGES

st.set_page_config(page_title="Retail inventory", page_icon="📦", layout="wide")
run_page(st.navigation([st.Page(**page) for page in PAGES], position="top"))
