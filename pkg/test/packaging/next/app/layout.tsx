import type { ReactNode } from "react";
import "consentry/banner.css";
import { Banner } from "./banner";

export const metadata = { title: "Corner shop" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Banner />
      </body>
    </html>
  );
}
