import { type KeptMail } from '../../platform/mail/local-mailbox.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Facts } from '../components/facts.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';

export function mailboxPage(visitor: Visitor, mails: readonly KeptMail[]): string {
  const rows = mails.map((mail) => ({
    key: mail.id,
    cells: [
      <a href={paths.mail(mail.id)}>{mail.subject}</a>,
      <span class="mono">{mail.to}</span>,
      <When at={new Date(mail.sentAt)} />,
    ],
  }));
  return sitePage(visitor, {
    title: 'Local mailbox',
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Local mailbox</h1>
          <p class="lead">No mail relay is set (SMTP_URL), so mails stay on this machine. The newest come first.</p>
        </div>
        {rows.length === 0 ? (
          <Empty title="No mail yet">
            <p>What Propolis would send, such as the mail that confirms an address, will be here.</p>
          </Empty>
        ) : (
          <Card flush>
            <Table caption="Mails, the newest first" columns={['Subject', 'To', 'Sent']} rows={rows} />
          </Card>
        )}
      </div>
    ),
  });
}

/** The addresses in the text, to be followed: within the frame that shows the HTML part nothing can be clicked. */
const linksIn = (text: string): string[] => [...new Set(text.match(/^https?:\/\/\S+$/gm))];

export function mailPage(visitor: Visitor, mail: KeptMail): string {
  const links = linksIn(mail.text);
  return sitePage(visitor, {
    title: mail.subject,
    children: (
      <div class="stack">
        <div class="page-head">
          <p class="small">
            <a href={paths.mailbox}>Local mailbox</a>
          </p>
          <h1>{mail.subject}</h1>
        </div>
        <Card title="Envelope">
          <Facts
            rows={[
              ['From', mail.from],
              ['To', mail.to],
              ['Sent', <When at={new Date(mail.sentAt)} />],
              ['Message', <code>{mail.id}</code>],
              ...links.map((link) => ['Link', <a href={link}>{link}</a>] as const),
            ]}
          />
        </Card>
        <Card title="As HTML">
          <iframe class="mail-frame" title="HTML part of the mail" src={paths.mailHtml(mail.id)} sandbox="" />
        </Card>
        <Card title="As text">
          <pre class="mail-text">{mail.text}</pre>
        </Card>
      </div>
    ),
  });
}
